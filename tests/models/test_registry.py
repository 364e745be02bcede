"""Which architectures can be trained."""

from __future__ import annotations

import pytest
from support import charges

from tumble.errors import ConfigurationError
from tumble.models import Pet, PetConfig
from tumble.models.registry import architecture, build_network, kind_of


def test_pet() -> None:
    config = PetConfig(("O", "H"), width=8, heads=2)
    assert kind_of(config) == "pet"
    assert isinstance(build_network(config), Pet)
    assert config.outputs == ()


def test_a_further_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    charges.register(monkeypatch)
    config = charges.ChargesConfig(("O", "H"), cutoff=3.0)
    assert kind_of(config) == "charges"
    assert build_network(config).cutoff == 3.0


def test_unknown_kind() -> None:
    with pytest.raises(ConfigurationError, match=r"`kind`: expected pet.*, got `pets`; did you mean `pet`\?"):
        architecture("pets")
