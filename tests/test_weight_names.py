"""Weights of model files by name, whatever the order of the constants in the program."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

import ase.build
import pytest
import torch
from support.model_files import rewritten
from torch import Tensor

import tumble
from tumble.errors import ModelFileError
from tumble.model_file import load_network
from tumble.torchscript import torchscript_warnings_silenced
from tumble.weight_names import read_weights, weight_records

SHAPE = [4, 4]


class Twins(torch.nn.Module):
    """Weights of one shape, used in another order than that of their definition; one isn't used, two are equal."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(1)
        for name in ("first", "second", "third", "unused"):
            self.register_parameter(name, torch.nn.Parameter(torch.randn(SHAPE, generator=generator)))
        self.equal = torch.nn.Parameter(self.first.detach().clone())
        self.register_buffer("shift", torch.tensor(0.5))

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        r2 = edge_vectors.square().sum(1) / 9.0
        smooth = (1.0 - r2).clamp_min(0.0) ** 3
        features = r2.unsqueeze(1).expand(-1, 4)
        for weight in (self.third, self.first, self.second, self.equal):
            features = torch.tanh(features @ weight + self.shift)
        energy = smooth * features.sum(1)
        return {"energy": torch.zeros_like(species, dtype=energy.dtype).index_add(0, edge_index[0], energy)}


@pytest.fixture
def network() -> Twins:
    return Twins()


@pytest.fixture
def exported(network: Twins, tmp_path: Path) -> Path:
    return tumble.export(
        network,
        tmp_path / "twins.pt",
        name="twins",
        species=["O", "H"],
        cutoff=3.0,
        depth=1,
        baseline=[0.0, 0.0],
        references=[ase.build.molecule("H2O")],
    )


def test_weights_of_one_shape(network: Twins, exported: Path) -> None:
    found = read_weights(exported, load_network(exported))
    assert found is not None
    assert found.keys() == network.state_dict().keys()
    assert found.pop("unused") is None
    for name, value in found.items():
        assert value is not None, name
        assert torch.equal(value, network.state_dict()[name]), name


def test_the_record_has_the_digests_of_the_numbers(network: Twins, exported: Path) -> None:
    """By NumPy and hashlib from the network."""
    with zipfile.ZipFile(exported) as archive:
        record = json.loads(archive.read(f"{archive.namelist()[0].split('/')[0]}/extra/weights.json"))
    third = hashlib.sha256(network.third.detach().numpy().astype("<f4").tobytes()).hexdigest()
    assert record["third"] == {"shape": SHAPE, "sha256": third}
    assert record["unused"] == {"shape": SHAPE, "sha256": None}


def test_a_file_without_the_record(exported: Path, tmp_path: Path) -> None:
    older = rewritten(exported, tmp_path / "older.pt", "/extra/weights.json", lambda _: None)
    assert read_weights(older, load_network(older)) is None
    tumble.load(older, "cpu")  # which needs no names


def test_a_network_without_names() -> None:
    with torchscript_warnings_silenced():
        frozen = torch.jit.freeze(torch.jit.script(Twins().eval()))
        archive = io.BytesIO()
        torch.jit.save(frozen, archive)
        archive.seek(0)
        assert weight_records(torch.jit.load(archive), frozen) == {}


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (b"{", "`shape` and `sha256`"),
        (b"[1]", "`shape` and `sha256`"),
        (b'{"first": {"shape": [4, 4]}}', "`shape` and `sha256`"),
        (b'{"first": {"shape": ["a"], "sha256": "0"}}', "`shape` and `sha256`"),
        (b'{"first": {"shape": [4, 4], "sha256": "0"}}', r"`first` of shape \[4, 4\]"),
    ],
)
def test_wrong_record(exported: Path, tmp_path: Path, record: bytes, message: str) -> None:
    wrong = rewritten(exported, tmp_path / "wrong.pt", "/extra/weights.json", lambda _: record)
    with pytest.raises(ModelFileError, match=rf"wrong\.pt`: `weights\.json`: .*{message}"):
        read_weights(wrong, load_network(wrong))
