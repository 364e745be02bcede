"""Mutations of a real log: whatever is in it, reading ends with a run or with an error of ours, never otherwise."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from support.argon import run_argon
from support.lammps_runs import run_lammps, system_script
from support.systems import systems

from tumble.errors import NotApplicableError, TrajectoryError
from tumble.runs import Run, open_run
from tumble.study.analyze import analyze

WORDS = (
    *(b"nan", b"-inf", b"1e400", b"99999999999999999999999", b"1_000", b"7x", b"", b"--", b"0x1F", b"\xff\xfe", b"\0"),
    *(b"$", b'"', b"'", b'"""', b"#", b"&", b"-1", b"0", b"[", b"]", b"Step", b"Loop time of", b"run", b"fix", b"dump"),
    *(b"LAMMPS (22 Jul 2025)", "١".encode(), b"1e-400", b"log", b"units", b"variable", b"thermo_modify"),
)


def mutated(text: bytes, draw: random.Random) -> bytes:
    """A cut, another byte, a line less, more or elsewhere, another word, or a line cut short."""
    if not text:
        return text
    kind, lines = draw.randrange(7), text.split(b"\n")
    line, other, place = draw.randrange(len(lines)), draw.randrange(len(lines)), draw.randrange(len(text))
    if kind == 0:
        return text[:place]
    if kind == 1:
        return text[:place] + bytes([draw.randrange(256)]) + text[place + 1 :]
    if kind == 2:
        del lines[line]
    elif kind == 3:
        lines.insert(other, lines[line])
    elif kind == 4:
        words = lines[line].split(b" ")
        words[draw.randrange(len(words))] = draw.choice(WORDS)
        lines[line] = b" ".join(words)
    elif kind == 5:
        lines[line], lines[other] = lines[other], lines[line]
    else:
        lines[line] = lines[line][: draw.randrange(len(lines[line]) + 1)]
    return b"\n".join(lines)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory, model_file: Callable[[str], Path]) -> bytes:
    """A minimization, and runs with the columns of Tumble in all styles of thermo output."""
    folder = tmp_path_factory.mktemp("log")
    script = system_script(folder, systems()["molecule"], model_file("harmonic"), ["O", "H"])
    script += "variable t1 equal c_tau[1]\ncompute tau all pair tumble\ncompute sym all tumble/symmetry tetrahedral\n"
    script += "fix 1 all nve\nfix p all print 10 'step $(step)'\ntimestep 0.0001\nminimize 0 0 3 9\n"
    script += "thermo 10\nthermo_style custom step time dt temp pe v_t1 c_tau[*] c_sym[*]\nrun 30\n"
    script += "thermo_modify line yaml norm yes colname pe Energy\nrun 30\nprint 'timestep 5'\n"
    script += "thermo_modify line multi\ndump d all custom 10 a.dump id type x y z\nrun 30\n"
    run_lammps(folder, script).checked()
    return (folder / "log.lammps").read_bytes()


def read(folder: Path, **given: object) -> Run | None:
    """The run; None where it is refused."""
    try:
        return open_run(folder, **given)
    except TrajectoryError:
        return None


@pytest.mark.parametrize("seed", range(4))
def test_mutations_of_a_log(tmp_path: Path, log: bytes, seed: int) -> None:
    """Hundreds of mutations: each log is read, in most cases, or refused."""
    draw, count = random.Random(seed), 0
    for _ in range(75):
        text = log
        for _ in range(draw.choice([1, 1, 1, 3, 10])):
            text = mutated(text, draw)
        (tmp_path / "log.lammps").write_bytes(text)
        given = {"units": draw.choice([None, "metal"]), "timestep": draw.choice([None, 0.001])}
        found = read(tmp_path, **given)
        if found is not None:
            count += 1
            with suppress(NotApplicableError):
                analyze(found, ["symmetry", "drift"])
    assert count > 60


def damaged(folder: Path, old: str, new: str) -> Run:
    """The run of a log in which something stands in place of something else."""
    log = folder / "log.lammps"
    text = log.read_text()
    assert text.count(old) == 1
    (folder / "damaged.log").write_text(text.replace(old, new))
    return open_run(folder / "damaged.log")


def test_what_is_damaged_is_named(tmp_path: Path) -> None:
    folder = run_argon(tmp_path, "timestep 0.001\nfix 1 all nve\nrun 50\n")
    row = next(line for line in (folder / "log.lammps").read_text().splitlines() if line.split()[:1] == ["20"])
    number = (folder / "log.lammps").read_text().splitlines().index(row) + 1
    for new in (f"{row} 5", row.replace(row.split()[1], "9o.5"), row[:30]):
        found = damaged(folder, row, new)
        assert found.time.tolist() == pytest.approx([0, 0.01, 0.03, 0.04, 0.05])
        assert any(f"1, the first in line {number} of `damaged.log`" in note for note in found.notes)
    found = damaged(folder, row, row.replace(row.split()[1], "nan"))
    assert "Thermo output has values that are infinite or NaN, the first at step 20." in found.notes
    # The mean of a temperature that isn't a number is none, and the thermostat would say another.
    assert found.temperature == pytest.approx(float(found.log["Temp"][[0, 1, 3, 4, 5]].mean()))


def test_pipes_next_to_a_log_are_not_waited_for(tmp_path: Path) -> None:
    folder = run_argon(tmp_path, "fix 1 all nve\ndump d all custom 10 a.dump id type x y z\nrun 20\n")
    for name in ("in.pipe", "pipe.in", "pipe.lmp", "pipe.log", "log.pipe"):
        os.mkfifo(folder / name)
    (folder / "in.folder").mkdir()
    (folder / "huge.lmp").write_bytes(b"1 1 0.0 0.0 0.0\n" * (1 << 17))  # a dump, as some name theirs
    found = open_run(folder)
    assert set(found.inputs) == {"in.lammps"}
    assert open_run(folder / "a.dump").engine == "LAMMPS"
    with pytest.raises(TrajectoryError, match=r"pipe\.log`: .*got a pipe"):
        open_run(folder / "pipe.log")
    (folder / "log.lammps").unlink()
    os.mkfifo(folder / "log.lammps")
    with pytest.raises(TrajectoryError, match="found neither"):
        open_run(folder)
