"""What is run in a folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tumble.errors import ConfigurationError
from tumble.launch.choose import simulation_in

INPUTS = Path(__file__).parents[2] / "inputs"


def test_the_only_script(tmp_path: Path) -> None:
    (tmp_path / "in.water").touch()
    simulation = simulation_in(tmp_path, None, None)
    assert (simulation.engine, simulation.input) == ("lammps", "in.water")
    with pytest.raises(ConfigurationError, match="`--model`"):
        simulation_in(tmp_path, "water", None)


def test_the_only_input_of_ipi(tmp_path: Path) -> None:
    for name in ("water-molecule.xml", "water1.xyz"):
        shutil.copy(INPUTS / "ipi" / name, tmp_path)
    simulation = simulation_in(tmp_path, "water", "water1.xyz")
    assert (simulation.engine, simulation.input) == ("ipi", "water-molecule.xml")
    assert [driver.model for driver in simulation.drivers] == ["water"]
    with pytest.raises(ConfigurationError, match="`--model` and `--structure`"):
        simulation_in(tmp_path, "water", None)
    (tmp_path / "in.water").touch()
    with pytest.raises(ConfigurationError, match=r"got water-molecule\.xml, in\.water"):
        simulation_in(tmp_path, "water", "water1.xyz")


def test_the_file_comes_first(tmp_path: Path) -> None:
    for name in ("in.water", "in.other"):
        (tmp_path / name).touch()
    with pytest.raises(ConfigurationError, match=r"got in\.other, in\.water"):
        simulation_in(tmp_path, None, None)
    (tmp_path / "simulation.yaml").write_text("engine: lammps\ninput: in.other\n")
    assert simulation_in(tmp_path, None, None).input == "in.other"


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="expected a folder, got nothing"):
        simulation_in(tmp_path / "none", None, None)
    with pytest.raises(ConfigurationError, match="got none"):
        simulation_in(tmp_path, None, None)
