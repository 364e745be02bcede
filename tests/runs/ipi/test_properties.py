"""Properties of i-PI. The texts are those of real runs, cut short."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from ase import units
from support.ipi_harmonic import run_harmonic
from support.mutations import outcomes

from tumble.runs.ipi.input import PropertiesOutput
from tumble.runs.ipi.properties import Properties, read_properties

ENERGIES = """\
# column   1     --> step : The current simulation time step.
# column   2     --> time{picosecond} : The elapsed simulation time.
# column   3     --> conserved : The value of the conserved energy quantity per bead.
# column   4     --> pressure_md{megapascal} : The pressure of the physical system.
"""
KINETIC = """\
# column   1     --> step : The current simulation time step.
# column   2     --> kinetic_cv(H){millielectronvolt} : The centroid-virial quantum kinetic energy.
# cols.    3-8   --> kinetic_tens(O){electronvolt} : The centroid-virial quantum kinetic energy tensor.
"""


def energies(*steps: int) -> str:
    return ENERGIES + "".join(f"  {step:.8e}   {step * 5e-4:.8e}  {5 + step:.8e}  1.0e+01 \n" for step in steps)


def kinetic(*steps: int) -> str:
    return KINETIC + "".join(f"  {step:.8e}   {1000 + step:.8e}   1 2 3 0 0 {step:.8e} \n" for step in steps)


def read(folder: Path, *texts: str, strides: tuple[int, ...] = (1, 1), timestep: float | None = 5e-4) -> Properties:
    outputs = []
    for text, name, stride in zip(texts, ("out", "kin"), strides, strict=False):
        (folder / name).write_text(text)
        outputs.append(PropertiesOutput(folder / name, stride))
    return read_properties(outputs, timestep)


def test_units(tmp_path: Path) -> None:
    found = read(tmp_path, energies(0, 1))
    assert found.time == pytest.approx([0.0, 5e-4])
    assert found.columns["conserved"] == pytest.approx(np.array([5.0, 6.0]) * units.Hartree)
    assert found.columns["pressure"] == pytest.approx([100.0, 100.0])
    assert found.notes == ()


def test_columns_are_those_of_ipi(tmp_path: Path) -> None:
    ipi = pytest.importorskip("ipi")
    run_harmonic(tmp_path, "OHH", beads=2, steps=4)
    path = tmp_path / "run.properties"
    theirs, info = ipi.read_output(str(path))
    found = read_properties([PropertiesOutput(path, 1)], None).columns
    assert set(found) == set(theirs)
    for name, values in theirs.items():
        assert info[name][0] in (None, "picosecond", "electronvolt", "angstrom")
        assert found[name] == pytest.approx(values)
    assert found["kinetic_tens(O)"].shape == (5, 6)


def test_steps_that_a_restart_repeated_are_left_out(tmp_path: Path) -> None:
    found = read(tmp_path, energies(0, 2, 4, 2))
    assert list(found.columns["step"]) == [0, 2]


def test_files_are_merged(tmp_path: Path) -> None:
    found = read(tmp_path, energies(0, 1, 2), kinetic(0, 1, 2))
    assert found.columns["kinetic_cv(H)"] == pytest.approx([1.0, 1.001, 1.002])
    assert found.columns["kinetic_tens(O)"].shape == (3, 6)
    assert "conserved" in found.columns
    assert found.notes == ()


def test_rows_that_a_killed_run_lacks_in_one_file(tmp_path: Path) -> None:
    cut = kinetic(0, 1, 2)[:-20]  # in the last number, whose digits before would be a number, too
    found = read(tmp_path, energies(0, 1, 2), cut)
    assert list(found.columns["step"]) == [0, 1]
    assert len(found.columns["conserved"]) == len(found.columns["kinetic_cv(H)"]) == len(found.time) == 2
    (note,) = found.notes
    assert note.startswith("2 of 3 rows of properties")


def test_files_of_other_steps_are_left_out(tmp_path: Path) -> None:
    # The file with energies counts, whatever the number of rows.
    found = read(tmp_path, energies(0, 2), kinetic(0, 1, 2), strides=(2, 1))
    assert list(found.columns["step"]) == [0, 2]
    assert "kinetic_cv(H)" not in found.columns
    (note,) = found.notes
    assert all(word in note for word in ("`kin`", "`out`", "stride"))


def test_a_run_that_went_on_in_the_middle_of_a_line(tmp_path: Path) -> None:
    rows = energies(0, 1, 2, 3).splitlines(keepends=True)
    rows[-3] = rows[-3][:30]
    found = read(tmp_path, "".join(rows))
    assert list(found.columns["step"]) == [0, 3]
    assert found.notes == ("1 of 3 rows in `out` are damaged and left out.",)


def without_steps(text: str) -> str:
    """The same without the column `step`."""
    lines = [line for line in text.splitlines(keepends=True) if "--> step" not in line]
    lines = [line if line.startswith("#") else "  " + line.split(maxsplit=1)[1] for line in lines]
    text = "".join(lines)
    for number in (2, 3, 4):
        text = text.replace(f"column   {number}", f"column   {number - 1}")
    return text.replace("3-8", "2-7")


def test_steps_from_times(tmp_path: Path) -> None:
    found = read(tmp_path, without_steps(energies(0, 1, 2, 1, 2)), kinetic(0, 1, 2))
    assert list(found.columns["step"]) == [0, 1, 2]
    assert "kinetic_cv(H)" in found.columns
    assert found.notes == ()


def test_steps_from_rows(tmp_path: Path) -> None:
    found = read(tmp_path, energies(0, 10), without_steps(kinetic(0, 10)), strides=(10, 10))
    assert found.columns["kinetic_cv(H)"] == pytest.approx([1.0, 1.01])
    assert found.notes == ("Without `step` or `time` in `kin`, its rows are counted from step 0.",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected properties of i-PI, with a heading and rows, got none"),
        ("0.0 1.0\n", "expected properties of i-PI, with a heading and rows, got none"),
        (ENERGIES + "1.0 2.0\n", "expected rows of 4 numbers, got others"),
        (ENERGIES + "1.0 2.0 3.0 four\n", "expected rows of 4 numbers, got others"),
        (energies(0).replace("conserved", "conserved{fortnight}"), "expected one of the units .*, got `fortnight`"),
    ],
)
def test_a_bad_file_is_left_out_with_a_note(tmp_path: Path, text: str, message: str) -> None:
    found = read(tmp_path, text)
    assert (len(found.time), found.columns) == (0, {})
    (note,) = found.notes
    assert note.startswith("A file of properties is left out: ")
    assert re.search(message, note)


def test_without_a_time_step_there_is_no_time(tmp_path: Path) -> None:
    found = read(tmp_path, kinetic(0, 5), timestep=None)
    assert (len(found.time), list(found.columns["step"])) == (0, [0, 5])
    # What i-PI writes as `time` isn't that of a motion.
    assert len(read(tmp_path, energies(0, 1), timestep=None).time) == 0
    assert read_properties([PropertiesOutput(tmp_path / "nowhere", 1)], None).columns == {}


@pytest.mark.parametrize("row", ["1 2 3", "1 2 3 4x", "1 2 3 1_0", "nan 2 3 4", "1.5 2 3 4", "1e30 2 3 4", "\0 2 3 4"])
def test_damaged_rows_are_left_out(tmp_path: Path, row: str) -> None:
    found = read(tmp_path, f"{energies(0)}{row}\n{energies(1)}")
    assert list(found.columns["step"]) == [0, 1]
    assert found.notes == ("1 of 3 rows in `out` are damaged and left out.",)


def test_headings_that_differ_are_refused(tmp_path: Path) -> None:
    found = read(tmp_path, energies(0) + energies(1).replace("conserved", "potential"))
    assert found.columns == {}
    assert "expected one heading for all rows, got `potential` in column 3" in found.notes[0]
    assert "got `conserved` in column 0" in read(tmp_path, energies(0).replace("column   3", "column   0")).notes[0]


def test_damage_is_left_out_with_a_note(tmp_path: Path) -> None:
    good = energies(*range(8)).encode()
    found, refused = outcomes(
        tmp_path / "out", good, 600, 13, lambda path: read_properties([PropertiesOutput(path, 1)], 5e-4)
    )
    assert refused == []
    for each in found:
        assert all(len(values) == len(each.time) for values in each.columns.values())
        assert np.all(np.diff(each.columns.get("step", np.arange(2))) > 0)
        assert each.columns or each.notes
    assert sum(len(each.time) > 0 for each in found) > 300


def test_operators_of_suzuki_chin(tmp_path: Path) -> None:
    text = """\
# column   1     --> step : The current simulation time step.
# column   2     --> potential : The physical system potential energy.
# column   3     --> kinetic_cv(H) : The centroid-virial quantum kinetic energy.
# column   4     --> kinetic_opsc(H) : The Suzuki-Chin centroid-virial operator estimator.
0 1 2 3
1 1 2 3
"""
    (tmp_path / "out").write_text(text)
    found = read_properties([PropertiesOutput(tmp_path / "out", 1)], 5e-4, suzuki_chin=True)
    assert found.columns["kinetic_cv(H)"] == pytest.approx(np.full(2, 3 * units.Hartree), rel=1e-7)
    assert "potential" not in found.columns
    assert found.notes == (
        "The properties potential are left out, since they average over all beads of the "
        "Suzuki–Chin splitting; use `potential_opsc` and `kinetic_opsc`.",
    )
