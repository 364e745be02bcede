"""What keeps scripts from being continued."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tumble.errors import LaunchError
from tumble.launch.lammps.commands import Command, read_script
from tumble.launch.lammps.obstacles import check_cuts, files_of_rows, obstacle_in, outputs_in
from tumble.launch.lammps.script import Place, resumed, started

INPUTS = Path(__file__).parents[3] / "inputs" / "lammps"


def commands_in(folder: Path, text: str) -> list[Command]:
    (folder / "in.water").write_text(text)
    return read_script(folder / "in.water", folder)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("jump SELF loop", "`jump`"),
        ("log my.log", "`log`"),
        ("shell mv a b", "`shell mv a b`"),
        ('if "${a} == 1" then "run 10"', "if .* run 10"),
        ("run 10 every 5 'print a'", "run 10 every"),
        ("dump 2 all dcd 10 a.dcd", "style dcd"),
        ("read_data more.data add append", "more or less than one"),
        ("fix 1 all ave/chunk 1 1 1 c v file a.txt", "ave/chunk"),
        ("fix 1 all print 10 'temperature $(temp)' file a.txt", "fix print"),
        ("variable start equal $(lx)", "variable start equal"),
        ('variable l equal "lx"\nvariable start equal ${l}', "variable start equal"),
        ("variable l equal lx\nvariable k equal v_l/2\nfix 1 all deform 1 x final 0 ${k}", "deform"),
    ],
)
def test_what_cannot_be_continued(tmp_path: Path, line: str, message: str) -> None:
    commands = commands_in(tmp_path, f"read_data a\n{line}\nrun 100\n")
    assert "run 100" in started(commands, 10)
    with pytest.raises(LaunchError, match=rf"{message}.*`resume`"):
        resumed(commands, 10, Place(1, 5, ("r",)), {1: 0})


@pytest.mark.parametrize(
    "line",
    [
        "variable t equal 300",
        "variable t equal temp\nthermo_style custom step v_t",
        "fix 1 all langevin 300 300 $(100*dt) 1",
        'fix 1 all print 10 "$(step) $(temp)" file a.txt',
        "shell mkdir out",
        "reset_timestep 0",
        "velocity all scale $(temp)",
    ],
)
def test_what_can(tmp_path: Path, line: str) -> None:
    assert obstacle_in(commands_in(tmp_path, f"read_data a\n{line}\nrun 100\n"), 1) is None


@pytest.mark.parametrize("path", sorted(INPUTS.glob("*.in")), ids=lambda path: path.name)
def test_our_inputs_can(path: Path) -> None:
    commands = read_script(path, path.parent)
    assert obstacle_in(commands, 1) is None
    check_cuts(commands)


def test_what_follows_the_run_may_depend_on_the_state(tmp_path: Path) -> None:
    commands = commands_in(tmp_path, "read_data a\nrun 10\nvariable start equal $(lx)\nrun 100\n")
    assert obstacle_in(commands, 1) is None
    assert "variable start" in (obstacle_in(commands, 2) or "")


def test_files_of_fixes() -> None:
    fixes = [
        ["fix", "1", "all", "print", "10", "$(step) 1", "file", "a.txt"],
        ["fix", "2", "all", "ave/time", "10", "1", "10", "c_1", "file", "b.txt"],
        ["fix", "3", "all", "ave/time", "1", "10", "10", "c_1", "append", "c.txt"],
        ["fix", "4", "all", "nve"],
    ]
    assert files_of_rows(fixes) == [("a.txt", True), ("b.txt", True), ("c.txt", False)]


def test_names_of_outputs(tmp_path: Path) -> None:
    text = "variable n index a b\nvariable m string c\nvariable k world 1 2\n"
    text += "dump 1 all custom 10 ${n}.${m}.${k}.dump id x\ndump 2 all custom 10 ${unknown} id x\n"
    commands = commands_in(tmp_path, text + "fix 1 all print 10 '$(step)' file ${n}.txt\nfix 2 all nve\n")
    assert outputs_in(commands, {"n": "x"}) == ["x.c.*.dump", "x.txt"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dump 1 all custom 10 a.dump id x\nreset_timestep 0\n", "resets the steps after `dump 1 all custom`"),
        ("dump 1 all custom 10 a.%.dump id x\n", "a file for each rank"),
    ],
)
def test_files_that_cannot_be_cut(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(LaunchError, match=re.escape(message)):
        check_cuts(commands_in(tmp_path, text))
    check_cuts(commands_in(tmp_path, "reset_timestep 0\ndump 1 all custom 10 a.dump id x\n"))
