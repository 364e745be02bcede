"""The inputs that are meant to be copied, and how a run gets its own."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path
from runpy import run_path

import numpy as np
import pytest
from ase import Atoms
from ase.io import read

from tumble.demo import inputs
from tumble.demo.demo_error import DemoError
from tumble.errors import ConfigurationError

INPUTS = Path(__file__).parents[2] / "inputs"


def structure(name: str) -> Atoms:
    """Structure of a LAMMPS data file or an xyz file, elements included."""
    if name.endswith(".xyz"):
        return read(INPUTS / "ipi" / name)
    return read(INPUTS / "lammps" / name, format="lammps-data", atom_style="atomic", Z_of_type={1: 8, 2: 1})


@pytest.mark.parametrize(("lammps", "ipi"), [(f"water{n}.data", f"water{n}.xyz") for n in (1, 8, 64)])
def test_both_engines_start_from_the_same_structure(lammps: str, ipi: str) -> None:
    first, second = structure(lammps), structure(ipi)
    assert first.symbols.get_chemical_formula() == second.symbols.get_chemical_formula()
    assert list(first.symbols) == list(second.symbols)
    np.testing.assert_allclose(first.positions, second.positions, atol=1e-7)
    comment = (INPUTS / "ipi" / ipi).read_text().splitlines()[1].split()
    np.testing.assert_allclose([float(word) for word in comment[2:5]], first.cell.lengths())
    assert comment[-2:] == ["positions{angstrom}", "cell{angstrom}"]


def test_inputs_are_those_of_the_templates() -> None:
    """If it fails: `python inputs/make_inputs.py`, and look at the difference."""
    script = run_path(str(INPUTS / "make_inputs.py"))
    files = {each.file: each.text for each in script["INPUTS"]}
    assert sorted(files) == sorted(
        path.relative_to(INPUTS).as_posix() for engine in ("lammps/*.in", "ipi/*.xml") for path in INPUTS.glob(engine)
    )
    for name, text in files.items():
        assert (INPUTS / name).read_text() == text, name


def test_masses_are_those_of_ipi() -> None:
    from ipi.utils.units import Elements

    lines = (INPUTS / "lammps" / "water64.data").read_text().split("Masses")[1].splitlines()[2:4]
    for line, symbol in zip(lines, "OH", strict=True):
        assert float(line.split()[1]) == Elements.mass_list[symbol]


def test_liquid_is_water_of_normal_density() -> None:
    atoms = structure("water64.data")
    assert list(atoms.symbols) == ["O", "H", "H"] * 64
    # 1 g/cm3 = 0.6022 g/mol per Å3
    assert atoms.get_masses().sum() / atoms.get_volume() / 0.602214 == pytest.approx(1.0, abs=0.005)
    distances = atoms.get_all_distances(mic=True)
    for oxygen in range(0, 192, 3):
        np.testing.assert_allclose(distances[oxygen, oxygen + 1 : oxygen + 3], 0.98, atol=1e-6)
        assert np.sum(distances[oxygen] < 1.3) == 3
    oxygens = distances[::3, ::3][np.triu_indices(64, 1)]
    assert 2.4 < oxygens.min() < 2.8


def test_structures_of_lammps_have_elements_and_a_box_if_they_need_one() -> None:
    molecule = inputs.structure(INPUTS, inputs.LAMMPS_MOLECULE)
    assert (list(molecule.symbols), molecule.pbc.tolist()) == (["O", "H", "H"], [False] * 3)
    liquid = inputs.structure(INPUTS, inputs.LAMMPS_LIQUID)
    assert (list(liquid.symbols), liquid.pbc.tolist()) == (["O", "H", "H"] * 64, [True] * 3)


def test_ipi_input_gets_length_and_address(tmp_path: Path) -> None:
    path = inputs.copy_ipi(INPUTS, inputs.IPI_LIQUID, tmp_path, 17, "some-name")
    copied, original = ElementTree.parse(path), ElementTree.parse(INPUTS / inputs.IPI_LIQUID.xml)
    assert copied.findtext("total_steps") == " 17 "
    assert copied.findtext("ffsocket/address") == " some-name "
    for element in ("total_steps", "ffsocket/address"):
        copied.find(element).text = original.find(element).text
    assert ElementTree.tostring(copied.getroot()) == ElementTree.tostring(original.getroot())
    assert (tmp_path / "water64.xyz").read_text() == (INPUTS / "ipi" / "water64.xyz").read_text()


def test_ipi_input_without_the_elements_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ipi").mkdir()
    (tmp_path / "ipi" / "water64.xyz").touch()
    xml = tmp_path / "ipi" / "water-liquid.xml"
    xml.write_text("<simulation><total_steps>1</total_steps></simulation>")
    with pytest.raises(DemoError, match="`ffsocket/address`, found none"):
        inputs.copy_ipi(tmp_path, inputs.IPI_LIQUID, tmp_path, 1, "x")
    xml.write_text("<simulation>")
    with pytest.raises(DemoError, match=r"XML, got .*element"):
        inputs.copy_ipi(tmp_path, inputs.IPI_LIQUID, tmp_path, 1, "x")


def test_inputs_are_found(tmp_path: Path) -> None:
    assert inputs.find_inputs(INPUTS) == INPUTS
    assert (inputs.find_inputs(None) / inputs.IPI_LIQUID.xml).is_file()
    with pytest.raises(ConfigurationError, match=r"`lammps/water-liquid\.in`, found none"):
        inputs.find_inputs(tmp_path)
