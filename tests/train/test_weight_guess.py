"""Names of the weights in files that don't have them."""

from __future__ import annotations

import io

import pytest
import torch

from tumble.models import Pet, PetConfig
from tumble.torchscript import script, torchscript_warnings_silenced
from tumble.train.weight_guess import guess_weights

SIZES = PetConfig(("O", "H"), width=8, heads=2, radial=4, feedforward=8)


@pytest.fixture
def network() -> Pet:
    torch.manual_seed(1)
    network = Pet(SIZES).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.normal_()  # norms begin with ones, which freezing makes one constant
    return network


def test_weights_of_pet(network: Pet) -> None:
    archive = io.BytesIO()
    with torchscript_warnings_silenced():
        torch.jit.save(script(network), archive)
        archive.seek(0)
        program = torch.jit.load(archive)
    (guess,) = guess_weights(program, SIZES)
    assert guess.keys() == network.state_dict().keys()
    for name, value in network.state_dict().items():
        # The first layer has no messages, so this weight isn't in the file.
        assert torch.equal(guess[name], value) or name == "layers.0.message.weight", name


def test_other_sizes(network: Pet) -> None:
    other = PetConfig(("O", "H"), width=8, heads=2, radial=4, feedforward=12)
    assert not list(guess_weights(script(network), other))
