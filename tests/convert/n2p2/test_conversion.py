"""Whole potentials: energies against plain loops, forces, files, and the potential whose labels n2p2 computed."""

from __future__ import annotations

import gzip
import os
from io import StringIO
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from ase import Atoms
from ase.io import read
from support.behler_parrinello import ELEMENTS, HARTREE, write_folder
from support.systems import systems

import tumble
from tumble.convert import Request, convert
from tumble.convert.converted import Converted
from tumble.convert.n2p2 import converted
from tumble.errors import ConfigurationError
from tumble.structures import to_graph

SHARED = Path(os.environ.get("TUMBLE_SHARED", Path(__file__).resolve().parents[4] / "shared")) / "data"
SETTINGS = {
    "as published": ("cutoff_type 2", "scale_symmetry_functions", "center_symmetry_functions"),
    "scaled to -1 ... 2": ("cutoff_type 1", "scale_symmetry_functions", "scale_min_short -1.0", "scale_max_short 2.0"),
    "by sigma": ("cutoff_type 6 0.4", "scale_symmetry_functions_sigma"),
    "centered": ("cutoff_type 3", "center_symmetry_functions"),
    "normalized nodes": ("cutoff_type 7", "scale_symmetry_functions", "normalize_nodes"),
    "normalized data": ("cutoff_type 8", "mean_energy -3.5", "conv_energy 7.25", "conv_length 1.9"),
}


def energy(own: Converted, atoms: Atoms) -> float:
    graph = to_graph([atoms], own.species, own.cutoff)
    arguments = (torch.from_numpy(a) for a in (graph.vectors, graph.edge_index, graph.reverse, graph.species))
    network = own.network(*arguments)["energy"].sum().item()
    return network + sum(own.baseline[s] for s in graph.species)


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS.keys())
def test_energies_are_those_of_plain_loops(tmp_path: Path, settings: tuple[str, ...]) -> None:
    folder = write_folder(tmp_path / "potential", *settings)
    own = converted(Request(str(folder.path)))
    assert own.dtype == "float64"
    assert own.species == ["H", "O"]
    for name in ("molecule", "small", "wire"):
        atoms = systems()[name]
        assert energy(own, atoms) == pytest.approx(folder.energy(atoms), rel=1e-8)  # constants of 2018 and 2022


@pytest.mark.parametrize("letter", "lspgcSeh")
def test_activation_functions(tmp_path: Path, letter: str) -> None:
    folder = write_folder(tmp_path / "potential", *SETTINGS["as published"], activations=(letter, "t"))
    atoms = systems()["molecule"]
    assert energy(converted(Request(str(folder.path))), atoms) == pytest.approx(folder.energy(atoms), rel=1e-8)


def test_file_gives_forces_and_is_exactly_symmetric(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "potential", *SETTINGS["as published"])
    conversion = convert("n2p2", Request(str(folder.path), dtype="float64"), tmp_path / "model.pt")
    document = conversion.metadata
    assert document["symmetry"]["kind"] == "exact"
    assert (document["name"], document["depth"], document["parameters"]) == ("potential", 1, 26 + 37)
    assert set(document["provenance"]["configuration"]["sha256"]) == {
        "input.nn",
        "scaling.data",
        "weights.001.data",
        "weights.008.data",
    }
    atoms = systems()["triclinic"]
    atoms.calc = tumble.Calculator(conversion.path, device="cpu", check=False)
    forces, step = atoms.get_forces(), 1e-4
    for atom, axis in ((0, 0), (1, 2), (len(atoms) - 1, 1)):
        ends = []
        for side in (-step, step):
            atoms.positions[atom, axis] += side
            ends.append(atoms.get_potential_energy())
            atoms.positions[atom, axis] -= side
        assert forces[atom, axis] == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=1e-6 * np.abs(forces).max())
    atoms.get_potential_energy()
    assert np.abs(atoms.calc.torque).max() < 1e-10 * np.abs(forces).max() * len(atoms)


def test_single_precision_is_near(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "potential", *SETTINGS["as published"])
    paths = [
        convert("n2p2", Request(str(folder.path), dtype=dtype), tmp_path / f"{dtype}.pt").path
        for dtype in ("float32", "float64")
    ]
    single, double = (tumble.Calculator(path, device="cpu", check=False) for path in paths)
    atoms = systems()["liquid"]
    results = [(c.get_potential_energy(atoms), c.get_forces(atoms)) for c in (single, double)]
    assert results[0][0] == pytest.approx(results[1][0], abs=1e-3)
    largest = np.abs(results[1][1]).max()
    np.testing.assert_allclose(results[0][1], results[1][1], rtol=0, atol=1e-5 * largest)


def test_elements_that_are_kept(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "potential", *SETTINGS["as published"])
    own, all_of_them = (converted(Request(str(folder.path), elements=e)) for e in (["O"], None))
    oxygen = Atoms("O3", [[0, 0, 0], [1.2, 0, 0], [0, 1.3, 0.2]])
    assert own.species == ["O"]
    assert energy(own, oxygen) == pytest.approx(energy(all_of_them, oxygen), rel=1e-14)
    turned = converted(Request(str(folder.path), elements=["O", "H"]))
    water = systems()["molecule"]
    assert energy(turned, water) == pytest.approx(energy(all_of_them, water), rel=1e-14)
    with pytest.raises(ConfigurationError, match=r"`elements`: expected some of H, O, got `C`"):
        converted(Request(str(folder.path), elements=["C"]))


def test_other_units(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "potential", *SETTINGS["as published"])
    plain, own = (converted(Request(str(folder.path), options=o)) for o in ({}, {"units": "eV,Bohr"}))
    atoms = systems()["molecule"]
    assert energy(plain, atoms) == pytest.approx(HARTREE * energy(own, atoms), rel=1e-8)
    assert converted(Request(str(folder.path), options={"units": "kJ/mol,nm"})).cutoff == pytest.approx(70.0)
    with pytest.raises(ConfigurationError, match=r"`units`: expected .*Hartree.*Bohr.*, got `eV`"):
        converted(Request(str(folder.path), options={"units": "eV"}))


def test_isolated_atoms_have_their_offsets(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "potential", *SETTINGS["as published"])
    own = converted(Request(str(folder.path)))
    for element in ELEMENTS:
        atom = Atoms(element.symbol)
        assert energy(own, atom) == pytest.approx(folder.energy(atom), rel=1e-8)


@pytest.mark.skipif(not (SHARED / "nnp-water").is_dir(), reason="needs the data of the project next to the checkout")
@pytest.mark.parametrize(("name", "frames"), [("water-bpnn", 2), ("water-bpnn-gas", 30)])
def test_labels_of_n2p2(tmp_path: Path, name: str, frames: int) -> None:
    """Labels have five digits in eV and four in eV/Å; energies are 30 000 eV."""
    with gzip.open(SHARED / f"{name}.extxyz.gz", "rt") as file:
        first = [count + "".join(islice(file, int(count) + 1)) for count in islice(iter(file.readline, ""), frames)]
    structures = read(StringIO("".join(first)), ":", format="extxyz")
    for dtype, of_energy, of_force in (("float64", 2e-5, 6e-5), ("float32", 1e-3, 2e-4)):
        request = Request(str(SHARED / "nnp-water"), dtype=dtype)
        path = convert("n2p2", request, tmp_path / f"{dtype}.pt").path
        calculator = tumble.Calculator(path, device="cpu", check=False)
        for atoms in structures:
            assert calculator.get_potential_energy(atoms) == pytest.approx(atoms.get_potential_energy(), abs=of_energy)
            np.testing.assert_allclose(calculator.get_forces(atoms), atoms.get_forces(), rtol=0, atol=of_force)
