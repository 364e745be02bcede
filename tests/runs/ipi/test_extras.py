"""Extras of i-PI. The texts are those of real runs with `tumble drive`, cut short."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.mutations import outcomes

from tumble.errors import ConfigurationError, TrajectoryError
from tumble.runs.ipi.extras import read_extras, torque_of
from tumble.runs.ipi.input import TrajectoryOutput


def extras(*rows: tuple[int, str]) -> str:
    return "".join(f" #EXTRAS(torque)# Step:  {step:10d} \n {row}\n" for step, row in rows)


def written(folder: Path, *texts: str) -> tuple[Path, ...]:
    paths = tuple(folder / f"i-pi.torque_{bead}" for bead in range(len(texts)))
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return paths


def torque(folder: Path, keys: str = "torque", bead: int = -1) -> TrajectoryOutput:
    return TrajectoryOutput("extras", folder / "i-pi.torque", 1, "xyz", bead, keys)


def test_beads(tmp_path: Path) -> None:
    paths = written(
        tmp_path, extras((0, "0 0 1"), (4, "3.0e+00 0 4")), extras((0, "0 0 2"), (4, "0 0 5"), (8, "0 0 6"))
    )
    steps, numbers, _ = read_extras(paths)
    assert list(steps) == [0, 4]
    assert numbers == pytest.approx(np.array([[[0, 0, 1], [0, 0, 2]], [[3, 0, 4], [0, 0, 5]]]))


def test_a_last_number_that_is_cut_inside_its_digits(tmp_path: Path) -> None:
    text = extras((0, "1.0 2.0 3.0"), (1, "1.00000000e+00 2.00000000e+00 3.00000000e+00"))
    for length in (1, 4, 8, 16, 40, 60, 80):
        steps, numbers, _ = read_extras(written(tmp_path, text[:-length]))
        assert (list(steps), numbers.tolist()) == ([0], [[[1.0, 2.0, 3.0]]])


def test_a_run_that_went_on_in_the_middle_of_a_line(tmp_path: Path) -> None:
    last = extras((4, "4 4 4"))
    for cut in (extras((0, "0 0 0"), (2, "2.00 2.00 2.00"))[:-length] for length in (1, 3, 10, 20, 30)):
        steps, numbers, _ = read_extras(written(tmp_path, cut + last))
        assert (list(steps), numbers[:, 0, 0].tolist()) == ([0, 4], [0, 4])


def test_steps_that_a_restart_repeated(tmp_path: Path) -> None:
    steps, numbers, _ = read_extras(written(tmp_path, extras((0, "0 0 0"), (2, "1 1 1"), (4, "1 1 1"), (2, "2 2 2"))))
    assert (list(steps), numbers[:, 0, 0].tolist()) == ([0, 2], [0, 2])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (extras((0, "0 0 nothing")), r"torque_0`: .*extras"),
        (extras((0, "0 0 0\n 0 0 0")), r"torque_0`: .*got others"),
        ("", r"torque_0`: .*extras"),
    ],
)
def test_other_extras_are_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(TrajectoryError, match=message):
        read_extras(written(tmp_path, text))
    times, values, notes = torque_of([torque(tmp_path)], 1, 0.5)
    assert (len(times), values) == (0, None)
    assert notes[0].startswith("The frame torque is left out: ")


@pytest.mark.parametrize("row", ["0 0", "0 0 nothing", "0 0 1_0", "0 0 \0", "0 0 0 0"])
def test_damaged_rows_are_left_out(tmp_path: Path, row: str) -> None:
    text = extras((0, "0 0 0"), (1, row), (2, "0 0 2"))
    steps, numbers, notes = read_extras(written(tmp_path, text))
    assert (list(steps), numbers[:, 0].tolist()) == ([0, 2], [[0, 0, 0], [0, 0, 2]])
    assert notes == ("1 rows in `i-pi.torque_0` are damaged and left out.",)


def test_damage_is_refused_or_left_out(tmp_path: Path) -> None:
    good = extras(*((step, f"{step} 0 1.25e-3") for step in range(10)))
    path = tmp_path / "torque_0"
    found, refused = outcomes(path, good.encode(), 600, 12, lambda path: read_extras((path,)))
    assert all(str(path) in message for message in refused)
    for steps, numbers, _ in found:
        assert numbers.shape[:2] == (len(steps), 1)
        assert np.all(np.diff(steps) > 0)
    assert len(found) > 300


def test_beads_with_other_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrajectoryError, match="numbers for each bead"):
        read_extras(written(tmp_path, extras((0, "0 0 0")), extras((0, "0 0"))))
    with pytest.raises(ConfigurationError, match="each bead, got none"):
        read_extras(())


@pytest.mark.parametrize(
    ("keys", "row"), [("torque", "1 2 3"), ("torque, bare_energy", "1 2 3 9"), ("bare_energy,torque", "9 1 2 3")]
)
def test_torque_among_other_keys(tmp_path: Path, keys: str, row: str) -> None:
    written(tmp_path, extras((0, row), (2, row)), extras((0, row), (2, row)))
    (tmp_path / "i-pi.torque_2").write_text("of another run")
    times, values, notes = torque_of([torque(tmp_path, keys)], 2, 0.5)
    assert list(times) == [0, 1]
    assert values is not None
    assert values.tolist() == [[[1, 2, 3]] * 2] * 2
    assert notes == ()


def test_torque_of_which_something_is_missing(tmp_path: Path) -> None:
    written(tmp_path, extras((0, "1 2 3")))
    assert torque_of([torque(tmp_path, bead=0)], 2, 0.5)[2] == (
        "Extras in `i-pi.torque_*` are left out: expected the frame torque of all beads.",
    )
    assert torque_of([torque(tmp_path, "dipole, torque")], 1, 0.5)[2] == (
        "Extras in `i-pi.torque_*` are left out: expected the frame torque after known keys only.",
    )
    assert torque_of([torque(tmp_path, "bare_energy, torque")], 1, 0.5)[2] == (
        "The frame torque is left out: expected it in `i-pi.torque_*`, got other extras.",
    )
    assert torque_of([torque(tmp_path, "raw")], 1, 0.5)[1:] == (None, ())
    left_out = "The frame torque in `i-pi.torque_*` is left out, since the run's steps have no time."
    assert torque_of([torque(tmp_path)], 1, None)[1:] == (None, (left_out,))
