"""Quantities and their labels, with the real network that has both energies and dipoles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import ase.units
import numpy as np
import pytest
import torch
from ase import Atoms
from support.marked_toys import exported, molecule

import tumble
from tumble import _core
from tumble.errors import ConfigurationError, FramesError
from tumble.irreps.page import format_irreps
from tumble.irreps.run import analyze_irreps
from tumble.labels import LabelNames
from tumble.models import Equivariant, EquivariantConfig
from tumble.structures import to_graph

SETS = [(0,), (0, 1), (0, 2), (0, 3, 4)]
Load = Callable[[tuple[int, ...]], _core.Potential]


@pytest.fixture(scope="module")
def equivariant(tmp_path_factory: pytest.TempPathFactory) -> Load:
    """Return a function that exports an `Equivariant` with dipoles and loads it."""

    def load(degrees: tuple[int, ...]) -> _core.Potential:
        torch.manual_seed(0)
        config = EquivariantConfig(("H", "O"), 2.0, degrees, (4,), radial=4, radial_width=8, outputs=("dipole",))
        path = tmp_path_factory.mktemp("equivariant") / "equivariant.pt"
        settings = {"depth": 2, "outputs": ("energy", "dipole")}
        return tumble.load(exported(Equivariant(config), path, [molecule(0)], **settings))

    return load


def labeled(frames: Sequence[Atoms], potential: _core.Potential) -> np.ndarray:
    """Write the model's own energies and dipoles into frames, and return the dipoles [frames, 3]."""
    found = []
    for atoms in frames:
        result = potential.evaluate(to_graph([atoms], ["H", "O"], 2.0))
        dipole = result.outputs["dipole"].sum(axis=0)
        atoms.info |= {"own": float(result.energies[0]), "mu": dipole, "size": np.linalg.norm(dipole) / ase.units.Debye}
        atoms.set_array("parts", result.outputs["dipole"])
        found.append(dipole)
    return np.array(found)


@pytest.mark.parametrize("degrees", SETS)
def test_any_set_of_degrees_is_seen_as_declared(equivariant: Load, degrees: tuple[int, ...]) -> None:
    potential = equivariant(degrees)
    result = analyze_irreps(potential, [molecule(1), molecule(2, 3)])
    names = [f"{degree}{'eo'[degree % 2]}" for degree in degrees]
    assert [row.part.irrep for row in result.of(result.layers[0])] == names
    assert [row.part.irrep for row in result.of(result.layers[1])] == ["0e", "1o"]
    assert max(result.rotation_error.values()) < 1e-12
    assert list(result.everywhere) == (["0e", "1o"] if 1 in degrees else ["0e"])
    assert "all layers at once" in format_irreps(result)


def test_a_dipole_is_lost_with_the_vectors_of_the_last_layer(equivariant: Load) -> None:
    """The dipole is linear in them, and the energy doesn't use them."""
    potential = equivariant((0, 1))
    frames = [molecule(seed) for seed in range(3)]
    dipoles = labeled(frames, potential)
    result = analyze_irreps(potential, frames)
    effects = result.parts[-1].effects["zeroed"]
    assert effects["dipole"].change.value == pytest.approx(np.abs(dipoles).mean())  # type: ignore[union-attr]
    assert effects["energy"].change.value == 0.0  # type: ignore[union-attr]
    assert result.errors == {"energy": None, "forces": None, "dipole": None}


@pytest.mark.parametrize(
    ("names", "size"),
    [
        (LabelNames(energy="own", dipole="mu"), lambda atoms: np.abs(atoms.info["mu"]).mean()),
        (LabelNames(dipole="size", dipole_unit="debye"), lambda atoms: np.linalg.norm(atoms.info["mu"])),
        (LabelNames(dipole="parts"), lambda atoms: np.abs(atoms.arrays["parts"]).mean()),
    ],
)
def test_labels_may_have_any_name_and_form(
    equivariant: Load, names: LabelNames, size: Callable[[Atoms], float]
) -> None:
    """With the model's own numbers as labels, the loss is the whole dipole: in components, magnitudes or parts."""
    potential = equivariant((0, 1))
    frames = [molecule(seed) for seed in range(3)]
    labeled(frames, potential)
    result = analyze_irreps(potential, frames, names=names)
    assert result.errors["dipole"] == pytest.approx(0.0, abs=1e-12)
    assert result.labeled["energy"] == (0 if names.energy is None else 3)
    loss = result.parts[-1].effects["zeroed"]["dipole"].loss  # type: ignore[union-attr]
    assert loss.value == pytest.approx(np.mean([size(atoms) for atoms in frames]))  # type: ignore[union-attr]
    assert result.quantities["dipole"].factor == pytest.approx(1e3 * 4.803205, rel=1e-6)  # mD in e Å (CODATA)


def test_wrong_labels(equivariant: Load, model_path: Path) -> None:
    potential, frames = equivariant((0, 1)), [molecule(0), molecule(1)]
    labeled(frames, potential)
    with pytest.raises(FramesError, match=r"two\.xyz, frame 0.*`mus`.*did you mean `mu`"):
        analyze_irreps(potential, frames, names=LabelNames(dipole="mus"), label="two.xyz")
    frames[1].info["mu"] = 1.0
    with pytest.raises(FramesError, match=r"frame 1: expected the dipole of each structure as `mu`.*magnitude"):
        analyze_irreps(potential, frames, names=LabelNames(dipole="mu"))
    with pytest.raises(ConfigurationError, match=r"`dipole`.*`toy` without it"):
        analyze_irreps(tumble.load(model_path), frames, names=LabelNames(dipole="mu"))
