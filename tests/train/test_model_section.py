"""The section `model`: which architecture it means, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.charges import ChargesConfig, register

from tumble.models import PetConfig
from tumble.models.equivariant import EquivariantConfig
from tumble.train import TrainingError
from tumble.train.model_section import plain_model, read_model, require_outputs
from tumble.train.targets import DIPOLE, ENERGY


def test_without_a_kind_it_is_pet() -> None:
    sizes = {"species": ["O", "H"], "cutoff": 4.5, "width": 8, "heads": 2}
    expected = PetConfig(("O", "H"), cutoff=4.5, width=8, heads=2)
    assert read_model(sizes, "model", Path()) == read_model({"kind": "pet", **sizes}, "model", Path()) == expected


def test_plain_containers_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)
    for config in (
        PetConfig(("O", "H"), cutoff=4.5),
        EquivariantConfig(("O", "H"), degrees=(0, 2), channels=(8, 4), outputs=("dipole",)),
        ChargesConfig(("O", "H"), outputs=("dipole",)),
    ):
        plain = plain_model(config)
        assert plain["species"] == ["O", "H"]
        assert read_model(plain, "model", Path()) == config
    assert plain["kind"] == "charges"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"kind": "pets", "species": ["O"]}, r"^`model`: `kind`: .*got `pets`; did you mean `pet`"),
        ({"kind": 3, "species": ["O"]}, r"^`model`: `kind`: .*got `3`"),
        ({"kind": "charges", "species": ["O"], "heads": 4}, r"^`model`: .*got `heads`"),
        ({"kind": "charges", "species": ["O"], "width": 0}, r"^`model`: `width`: .*got 0"),
        ({"species": ["O"], "outputs": ["dipole"]}, r"^`model`: .*`kind: pet`, got `outputs`.*`kind: equivariant`$"),
        ({"species": ["O"], "layers": 3}, r"^`model`: .*`kind: pet`, got `layers`.*`kind: equivariant`$"),
        ({"kind": "equivariant", "species": ["O"], "heads": 2}, r"^`model`: .*got `heads`.*`kind: pet`$"),
        ({"species": ["O"], "widht": 3}, r"^`model`: .*got `widht`; did you mean `width`"),
        ({"species": ["O"], 3: 3}, r"^`model`: .*got `3`; known keys: ((?!outputs).)*$"),
        (["O"], r"^`model`: expected a mapping.*got \['O'\]"),
    ],
)
def test_refused(monkeypatch: pytest.MonkeyPatch, content: object, message: str) -> None:
    register(monkeypatch)
    with pytest.raises(TrainingError, match=message):
        read_model(content, "model", Path())


def test_outputs_that_are_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)
    polar, silent = (ChargesConfig(("O", "H"), outputs=names) for names in (("dipole",), ()))
    require_outputs(polar, (ENERGY, DIPOLE))
    require_outputs(silent, (ENERGY,))
    with pytest.raises(TrainingError, match=r"`loss\.dipole`: .*kind charges .*`outputs: \[dipole\]`"):
        require_outputs(silent, (DIPOLE,))
    with pytest.raises(TrainingError, match=r"`loss\.dipole`: .*kind pet .*another `kind`"):
        require_outputs(PetConfig(("O", "H")), (DIPOLE,))
    with pytest.raises(TrainingError, match=r"`loss\.dipole`: .*kind charges .*than `/a\.pt`, or leave `initial` out$"):
        require_outputs(silent, (DIPOLE,), "/a.pt")
