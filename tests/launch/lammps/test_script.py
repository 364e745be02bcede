"""Scripts for the first start and for a continuation. `tests/launch/test_run.py` runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tumble.errors import LaunchError
from tumble.launch.lammps import script

TEXT = """# a comment with run 5
units metal
variable steps index 100
read_data water.data
velocity all create 300 1 &
   mom yes
include more.in
fix bath all langevin 300.0 300.0 0.1 ${seed} tally yes
fix out all print 10 "$(step) $(temp)" file temp.txt
fix ave all ave/time 10 1 10 c_1 file ave.txt
dump 1 all custom 10 a.dump id type x y z
minimize 0 1e-3 10 10
run 50
run ${steps}
"""


@pytest.fixture
def commands(tmp_path: Path) -> list[script.Command]:
    (tmp_path / "in.water").write_text(TEXT)
    (tmp_path / "more.in").write_text('pair_style zero 4 # "run"\npair_coeff * *\n')
    return script.read_script(tmp_path / "in.water", tmp_path)


def lines_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_commands_are_whole(commands: list[script.Command]) -> None:
    names = [command.name for command in commands if command.words]
    assert names[:6] == ["units", "variable", "read_data", "velocity", "pair_style", "pair_coeff"]
    velocity = next(command for command in commands if command.name == "velocity")
    assert velocity.words == ("velocity", "all", "create", "300", "1", "mom", "yes")
    printing = next(command for command in commands if command.words[3:4] == ("print",))
    assert printing.words[5] == "$(step) $(temp)"


def test_first_start(commands: list[script.Command]) -> None:
    lines = lines_of(script.started(commands, 500))
    assert [line for line in lines if not line.startswith(("restart", "variable tumble", "fix tumble", "print"))] == [
        *lines_of(TEXT.split("include")[0]),
        'pair_style zero 4 # "run"',
        "pair_coeff * *",
        *lines_of(TEXT.split("include more.in\n")[1].split("run 50")[0]),
        "run 50",
        "write_restart tumble-run/restart.*",
        'if "$(v_tumble_stop) > 0" then quit',
        "run ${steps}",
        "write_restart tumble-run/restart.*",
        'if "$(v_tumble_stop) > 0" then quit',
    ]
    assert lines.count("restart 500 tumble-run/restart") == 2
    assert [line for line in lines if line.startswith("print")] == [
        'print "tumble_run_begins 0 $(step)"',
        'print "tumble_run_begins 1 $(step)"',
    ]


def test_continuation(commands: list[script.Command]) -> None:
    text = script.resumed(commands, 500, "tumble-run/restart.80", 80, {0: 10, 1: 60})
    lines = lines_of(text)
    assert lines[0] == "log log.lammps append"
    assert "read_restart tumble-run/restart.80" in lines
    assert not any(line.startswith(("read_data", "velocity", "minimize", "   mom")) for line in lines)
    place = lines.index("dump 1 all custom 10 a.dump id type x y z")
    assert lines[place + 1] == "dump_modify 1 append yes"
    assert 'fix out all print 10 "$(step) $(temp)" append temp.txt' in lines
    assert "fix ave all ave/time 10 1 10 c_1 append ave.txt" in lines
    assert "variable tumble_seed equal (${seed}+80)%900000000" in lines
    assert "fix bath all langevin 300.0 300.0 0.1 ${tumble_seed} tally yes" in lines
    ends = [line for line in lines if line.startswith("variable tumble_end")]
    assert ends == ["variable tumble_end0 equal 10+(50)", "variable tumble_end1 equal 60+(${steps})"]
    run = 'if "$(step) < ${tumble_end1}" then "run ${tumble_end1} upto start 60 stop ${tumble_end1}"'
    assert run in lines


def test_a_run_that_has_not_begun_stays(commands: list[script.Command]) -> None:
    lines = lines_of(script.resumed(commands, 500, "r", 30, {0: 10}))
    assert "run ${steps}" in lines
    assert 'print "tumble_run_begins 1 $(step)"' in lines


def test_files_of_fixes(commands: list[script.Command]) -> None:
    assert script.files_of_rows(commands) == [("temp.txt", True), ("ave.txt", True)]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("jump SELF loop", "`jump`"),
        ("reset_timestep 0", "`reset_timestep`"),
        ('if "${a} == 1" then "run 10"', "if .* run 10"),
        ("run 10 every 5 'print a'", "run 10 every"),
        ("dump 2 all dcd 10 a.dcd", "style dcd"),
        ("read_data more.data add append", "more or less than one"),
        ("fix 1 all ave/chunk 1 1 1 c v file a.txt", "ave/chunk"),
        ("fix 1 all print 10 'temperature $(temp)' file a.txt", "fix print"),
        ("fix 1 all pimd/langevin ensemble nvt", "fix pimd"),
    ],
)
def test_what_cannot_be_continued(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "in.water").write_text(f"read_data a\n{line}\nrun 100\n")
    commands = script.read_script(tmp_path / "in.water", tmp_path)
    assert "run 100" in script.started(commands, 10)
    with pytest.raises(LaunchError, match=rf"{message}.*`resume`"):
        script.resumed(commands, 10, "r", 5, {0: 0})
