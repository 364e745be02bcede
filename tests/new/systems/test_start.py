"""Starts from earlier runs; `tests/new/test_folder.py` continues a real one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tumble.errors import ConfigurationError
from tumble.new.systems.registry import build_system
from tumble.new.systems.system import Choices, System

CHECKPOINT = """
<simulation> <step> {step} </step> <system>
  <beads natoms='2' nbeads='2'>
    <q shape='(2, 6)'> [ 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 1.2, 2.0, 3.0, 4.0, 5.0, 6.4 ] </q>
    <names shape='(2)'> [ O, H ] </names>
  </beads>
  <cell shape='(3, 3)'> [ 20.0, 2.0, 0.0, 0.0, 21.0, 0.0, 0.0, 0.0, 22.0 ] </cell>
  <ensemble> <temperature units='kelvin'> 250 </temperature> </ensemble>
  <motion mode='dynamics'> <dynamics mode='nvt'> <thermostat mode='pile_l'/> </dynamics> </motion>
</system> </simulation>
"""
BOHR = 0.529177210544  # CODATA 2022


def start_from(folder: Path) -> System:
    return build_system("start", Choices(start=folder))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An earlier folder, without checkpoints."""
    yaml = "engine: ipi\ninput: a.xml\ndrivers:\n  - {model: water, structure: a.xyz, periodic: xy}\n"
    (tmp_path / "simulation.yaml").write_text(yaml)
    for name in ("a.xml", "a.xyz", "a.in"):
        (tmp_path / name).touch()
    return tmp_path


def test_centroids_and_cell(folder: Path) -> None:
    """i-PI's lengths are in bohr, and its cell vectors are the columns of an upper triangle."""
    (folder / "RESTART").write_text(CHECKPOINT.format(step=100))
    system = start_from(folder)
    np.testing.assert_allclose(system.atoms.positions, BOHR * np.array([[1.1, 2, 3], [4, 5, 6.2]]), rtol=1e-9)
    np.testing.assert_allclose(system.atoms.cell, BOHR * np.array([[20, 0, 0], [2, 21, 0], [0, 0, 22]]), rtol=1e-9)
    assert list(system.atoms.symbols) == ["O", "H"]
    assert list(system.atoms.pbc) == [True, True, False]
    assert system.temperature == 250.0
    assert (system.start.beads, system.start.step, system.start.model) == (2, 100, "water")


def test_the_latest_complete_checkpoint_counts(folder: Path) -> None:
    (folder / "tumble-run").mkdir()
    (folder / "RESTART").write_text(CHECKPOINT.format(step=100))
    (folder / "tumble-run" / "checkpoint.xml").write_text(CHECKPOINT.format(step=300))
    (folder / "simulation.checkpoint").write_text(CHECKPOINT.format(step=400)[:-40])
    assert start_from(folder).start.step == 300


def test_refused(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"`start`: .*checkpoint"):
        start_from(folder)
    (folder / "RESTART").write_text(CHECKPOINT.format(step=1).replace("1.0, 2.0", "1.0, x"))
    with pytest.raises(ConfigurationError, match=r"`start`: .*RESTART"):
        start_from(folder)
    (folder / "simulation.yaml").write_text("engine: lammps\ninput: a.in\n")
    with pytest.raises(ConfigurationError, match=r"`start`: .*lammps"):
        start_from(folder)
    with pytest.raises(ConfigurationError, match=r"`start`: .*none"):
        build_system("start", Choices())
