"""Thermo output of real runs whose logs don't echo commands; the energies are those of the same run with an echo."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.argon import argon
from support.lammps_runs import run_lammps

from tumble.runs import Run, open_run


def logged(folder: Path, script: str, *arguments: str, units: str = "metal") -> Run:
    folder.mkdir()
    run_lammps(folder, argon(units) + script, arguments=arguments).checked()
    return open_run(folder, units=units, timestep=0.001)


@pytest.mark.parametrize("units", ["metal", "real"])
@pytest.mark.parametrize("norm", ["yes", "no"])
@pytest.mark.parametrize("style", ["one", "multi", "custom step temp ke pe", "custom step temp etotal pe"])
def test_whether_energies_are_per_atom_without_an_echo(tmp_path: Path, units: str, norm: str, style: str) -> None:
    script = f"thermo_style {style}\nthermo_modify norm {norm}\nfix 1 all nve\nrun 20\n"
    silent = logged(tmp_path / "silent", script, "-echo", "none", units=units)
    said = logged(tmp_path / "said", script.replace("norm yes", "norm no"), units=units)
    if "potential" in said.log:
        assert silent.log["potential"] == pytest.approx(said.log["potential"], rel=1e-3)  # `multi` has four decimals
    told = [note for note in silent.notes if "per atom" in note]
    expected = (
        ["Energies in the log are per atom, according to its kinetic energy and temperature."] if norm == "yes" else []
    )
    assert told == expected


def test_whether_energies_are_per_atom_is_not_known_without_kinetic_energy_or_motion(tmp_path: Path) -> None:
    note = "The log doesn't say whether energies are per atom (`thermo_modify norm`): they are taken as total energies."
    script = "thermo_style custom step temp pe\nfix 1 all nve\nrun 20\n"
    assert note in logged(tmp_path / "potential", script, "-echo", "none").notes
    script = "velocity all set 0 0 0\nfix 1 all nve\nthermo_style custom step temp ke pe\nrun 0\n"
    assert note in logged(tmp_path / "still", script, "-echo", "none").notes
