"""The log of the symmetry error that the driver writes."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from support.ipi_runs import run_with_symmetry_log
from support.mutations import outcomes

from tumble.analysis import TrajectoryError
from tumble.runs.ipi.symmetry_log import is_symmetry_log, read_symmetry_log

COLUMNS = (
    "# round bead energy{eV} averaged_energy{eV} energy_std{eV} force_rms{eV/ang} force_max{eV/ang} torque{eV/rad} "
    "averaged_torque{eV/rad}\n"
)
HEADING = (
    '# tumble: {"format":"tumble-symmetry-log-1","model":{"name":"toy"},"symmetrize":"icosahedral+inversion",'
    '"frames":120,"every":10}\n'
    "# symmetry error of toy over icosahedral+inversion, 120 rotations; every 10 rounds through the beads\n" + COLUMNS
)
EARLIER = (
    "# tumble drive: symmetry error of toy over icosahedral+inversion, 120 frames, exact to degree 5; every 10 rounds "
    "through the beads\n" + COLUMNS
)


@pytest.mark.parametrize(("first", "second"), [(HEADING, HEADING), (EARLIER, EARLIER), (EARLIER, HEADING)])
def test_rounds_of_beads_and_of_a_run_that_went_on(tmp_path: Path, first: str, second: str) -> None:
    path = tmp_path / "symmetry.log"
    path.write_text(
        first
        + "1 0 -10 -10.5 0.3 0.1 0.2 0.01 0.001\n"
        + "11 0 -10 -10.5 0.3 0.1 0.2 0.01 0.001\n"
        + "11 1 -12 -11.5 0.4 0.3 0.6 0.07 0.007\n"
        + second
        + "1 0 -9 -9.25 0.5 0.1 0.2 0.01 0.001\n"
        + "11 0 -9 -9.25 0.5 0.1"
    )
    log = read_symmetry_log(path)
    assert is_symmetry_log(path)
    assert log.symmetry_set == "icosahedral+inversion"
    # The one after the restart follows at the same distance; the last line isn't complete.
    assert list(log.rounds) == [1, 11, 21]
    assert (list(log.lines), log.parts) == ([1, 2, 1], 2)
    assert log.values["energy_shift"] == pytest.approx([-0.5, 0.0, -0.25])
    assert log.values["energy_std"] == pytest.approx([0.3, np.sqrt((0.3**2 + 0.4**2) / 2), 0.5])
    assert log.values["torque"] == pytest.approx([0.01, 0.05, 0.01])


def test_what_the_driver_writes(tmp_path: Path, model_file: object) -> None:
    run_with_symmetry_log(tmp_path, model_file("harmonic"), "symmetry.log", steps=6, beads=2)
    log = read_symmetry_log(tmp_path / "symmetry.log")
    table = np.loadtxt(tmp_path / "symmetry.log")
    assert list(log.rounds) == [1, 3, 5, 7]
    assert (log.symmetry_set, log.parts) == ("octahedral", 1)
    last = table[table[:, 0] == 7]
    assert len(last) == 2
    assert log.values["force_rms"][-1] == pytest.approx(np.sqrt(np.mean(last[:, 5] ** 2)))
    # The toy's error is of degree 2, which the octahedral rotations average away.
    assert np.all(log.values["averaged_torque"] < 1e-9)
    assert np.all(log.values["energy_std"] > 1e-4)


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "symmetry.log"
    with pytest.raises(TrajectoryError, match="symmetry error, got"):
        read_symmetry_log(path)
    assert not is_symmetry_log(path)
    path.write_text("# step potential\n0 1.0\n")
    assert not is_symmetry_log(path)
    with pytest.raises(TrajectoryError, match="`tumble drive --symmetry-log`, got"):
        read_symmetry_log(path)
    for changed in ('"every":0', f'"every":{10**15}', '"every":"10"', '"each":10'):
        path.write_text(HEADING.replace('"every":10', changed))
        assert not is_symmetry_log(path)
    path.write_text("1 0" + HEADING)
    assert not is_symmetry_log(path)
    path.write_text(HEADING)
    assert is_symmetry_log(path)
    with pytest.raises(TrajectoryError, match="numbers, got none"):
        read_symmetry_log(path)


GOOD = "1 0 -10 -10.5 0.3 0.1 0.2 0.01 0.001\n"


@pytest.mark.parametrize(
    "line",
    [
        "11 0 -10 -10.5 0.3\n",
        "11 0 -10 -10.5 0.3 0.1 0.2 0.01 many\n",
        "11 0 -10 -10.5 0.3 0.1 0.2 0.01 nan\n",
        "11 0 -10 -10.5 0.3 0.1 0.2 0.01 1_0\n",
        "11 0 -10 -10.5 0.3 0.1 0.2 0.01 1e400\n",
        "1.5 0 -10 -10.5 0.3 0.1 0.2 0.01 0.001\n",
        f"{10**30} 0 -10 -10.5 0.3 0.1 0.2 0.01 0.001\n",
        "\0\0\0 11 0 -10\n",
        # A full disk cut a line, and an older driver wrote its heading right behind it.
        f"11 0 -10 -10{EARLIER}",
        f"11 0 -10 -10{HEADING}",
    ],
)
def test_damaged_lines_are_left_out(tmp_path: Path, line: str) -> None:
    path = tmp_path / "symmetry.log"
    path.write_text(HEADING + GOOD + line + GOOD.replace("1 0", "11 0" if COLUMNS in line else "21 0", 1))
    log = read_symmetry_log(path)
    assert list(log.rounds) == [1, 21]
    assert log.notes == ("1 lines of the log of the symmetry error are damaged and left out.",)


def test_a_log_that_a_full_disk_cut_is_continued(tmp_path: Path, model_file: object) -> None:
    """By the real driver, behind what a full disk left of an earlier version's log."""
    path = tmp_path / "symmetry.log"
    path.write_text(EARLIER + GOOD + "11 0 -10 -10.5 0.3 0.1")
    run_with_symmetry_log(tmp_path, model_file("harmonic"), "symmetry.log", steps=2)
    assert path.read_text().startswith(f"{EARLIER}{GOOD}11 0 -10 -10.5 0.3 0.1\n# tumble: {{")
    log = read_symmetry_log(path)
    assert (len(log.rounds), log.parts) == (3, 2)
    assert log.notes == ("1 lines of the log of the symmetry error are damaged and left out.",)


def test_damage_is_refused_or_left_out(tmp_path: Path) -> None:
    path = tmp_path / "symmetry.log"
    rounds = [(10 * index + 1, bead) for index in range(6) for bead in (0, 1)]
    good = HEADING + "".join(GOOD.replace("1 0", f"{number} {bead}", 1) for number, bead in rounds)
    found, refused = outcomes(path, good.encode(), 600, 11, read_symmetry_log)
    assert all(str(path) in message for message in refused)
    assert all(np.isfinite([log.rounds, *log.values.values()]).all() for log in found)
    # Most damages touch some lines only.
    assert len(found) > 300


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "symmetry.log")
    assert not is_symmetry_log(tmp_path / "symmetry.log")
    with pytest.raises(TrajectoryError, match="got a pipe"):
        read_symmetry_log(tmp_path / "symmetry.log")
