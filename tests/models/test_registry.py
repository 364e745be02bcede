"""Which architectures can be trained."""

from __future__ import annotations

import subprocess
import sys

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


def test_pet_needs_no_further_package() -> None:
    code = "import sys; sys.modules['e3nn'] = None; import tumble.train, tumble.trained; from tumble.models import Pet"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_package_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("tumble.models.equivariant")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "e3nn", None)
    with pytest.raises(
        ConfigurationError, match=r"`kind: equivariant`: expected the package e3nn.*`pip install tumble\[probe\]`"
    ):
        architecture("equivariant")
