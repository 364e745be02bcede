"""Scripts for the first start and for a continuation. `tests/launch/test_run.py` runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tumble.errors import LaunchError
from tumble.launch.lammps import script
from tumble.launch.lammps.commands import Command, read_script
from tumble.launch.lammps.script import Place

TEXT = """# a comment with run 5
units metal
echo none
variable steps index 100
read_data water.data
group first id 1
group near dynamic all within 3
velocity all create 300 1 &
   mom yes
include more.in
fix langevin all langevin 300.0 300.0 0.1 ${seed} tally yes
if "${a} == 1" then "fix bath all langevin 1 1 0.1 ${seed} tally yes" "compute_modify thermo_temp extra/dof 0"
fix ring all pimd/langevin ensemble nvt &
    thermostat PILE_L 7 tau 0.1
fix out all print 10 "$(step) $(temp)" file temp.txt
fix ave all ave/time 10 1 10 c_1 file ave.txt
dump 1 all custom 10 a.dump id type x y z
dump 2 all custom 10 b.*.dump id type x y z
minimize 0 1e-3 10 10
run 50 pre no
write_data equilibrated.data
print "equilibrated" file message.txt
velocity all scale 200
group near2 region shell
run $(v_steps * 2)
velocity all create 100 3
fix out2 all print 10 "$(step) $(temp)" file temp2.txt
run ${steps}
"""


@pytest.fixture
def commands(tmp_path: Path) -> list[Command]:
    (tmp_path / "in.water").write_text(TEXT)
    (tmp_path / "more.in").write_text('pair_style zero 4 # "run"\npair_coeff * *\n')
    return read_script(tmp_path / "in.water", tmp_path)


def lines_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_first_start(commands: list[Command]) -> None:
    lines = lines_of(script.started(commands, 500))
    users = [line for line in lines if "tumble" not in line and "flush" not in line]
    text = TEXT.replace("include more.in", 'pair_style zero 4 # "run"\npair_coeff * *')
    assert users == [line for line in lines_of(text) if line != "echo none"]
    place = lines.index("run $(v_steps * 2)")
    assert lines[place - 8 : place + 4] == [
        "variable tumble_run equal $(v_tumble_run+1)",
        "variable tumble_end equal $(step)+($(v_steps * 2))",
        "restart 500 tumble-run/restart.${tumble_run}.*",
        "thermo_modify flush yes",
        "variable tumble_stop equal is_file(tumble-run/EXIT)",
        "fix tumble_stop all halt 5 v_tumble_stop > 0 error soft message no",
        'if "${tumble_run} > 1" then "write_restart tumble-run/restart.${tumble_run}.*"',
        'print "tumble_run_begins ${tumble_run} $(step)"',
        "run $(v_steps * 2)",
        "write_restart tumble-run/restart.${tumble_run}.*",
        'if "($(step) < ${tumble_end}) || ($(v_tumble_stop) > 0)" then '
        "\"print 'a run ended before its last step' file tumble-run/early\" quit",
        "unfix tumble_stop",
    ]


def test_continuation_of_the_first_run(commands: list[Command]) -> None:
    text = script.resumed(commands, 500, Place(1, 80, ("tumble-run/restart.1.80",)), {1: 40})
    lines = lines_of(text)
    assert lines[:3] == [
        "variable tumble_run equal 0",
        "log log.lammps append",
        "variable restart index tumble-run/restart.1.80",
    ]
    assert "read_restart ${restart}" in lines
    before, after = text.split('if "$(step) <= ${tumble_end}"', 1)
    for done in ("read_data", "velocity", "minimize", "mom", "group first"):
        assert done not in before
    assert "group near dynamic" in before
    place = lines.index("dump 1 all custom 10 a.dump id type x y z")
    assert lines[place + 1] == "dump_modify 1 append yes"
    assert "dump_modify 2" not in text
    assert 'fix out all print 10 "$(step) $(temp)" append temp.txt' in lines
    assert "fix ave all ave/time 10 1 10 c_1 append ave.txt" in lines
    assert lines.count("variable tumble_seed equal (${seed}+80)%900000000") == 2
    assert "fix langevin all langevin 300.0 300.0 0.1 ${tumble_seed} tally yes" in lines
    assert '"fix bath all langevin 1 1 0.1 ${tumble_seed} tally yes"' in before
    assert "variable tumble_seed equal (7+80)%900000000" in lines
    assert "    thermostat PILE_L ${tumble_seed} tau 0.1" in lines
    assert "variable tumble_end equal 40+(50)" in lines
    run = "run ${tumble_end} upto start 40 stop ${tumble_end}"
    assert after.startswith(f' then "{run}" "write_restart tumble-run/restart.${{tumble_run}}.*"')
    # What follows hasn't been done.
    users = [line for line in lines_of(after)[1:] if "tumble" not in line and "flush" not in line]
    assert users == lines_of(TEXT.split("run 50 pre no\n")[1])


def test_continuation_of_a_later_run(commands: list[Command]) -> None:
    lines = lines_of(script.resumed(commands, 500, Place(2, 90, ("r",)), {1: 40, 2: 90}))
    assert lines[0] == "variable tumble_run equal 1"
    place = lines.index("variable tumble_end equal 90+($(v_steps * 2))")
    for done in ("write_data", "print", "velocity", "minimize", "group near2", "run"):
        assert not any(line.startswith(done) for line in lines[:place])
    assert "velocity all create 100 3" in lines[place:]
    assert 'fix out2 all print 10 "$(step) $(temp)" file temp2.txt' in lines
    with pytest.raises(LaunchError, match="log lacks the beginning of its run 3"):
        script.resumed(commands, 500, Place(3, 90, ("r",)), {1: 40, 2: 90})
    with pytest.raises(LaunchError, match="at least 4 runs, got 3"):
        script.resumed(commands, 500, Place(4, 90, ("r",)), {1: 40, 2: 90})


def test_script_of_the_user_appends(commands: list[Command]) -> None:
    text = script.continued_by(commands, 500, Place(2, 80, ("tumble-run/restart.2.80",)))
    lines = lines_of(text)
    assert lines[0] == "variable tumble_run equal 2"
    assert "dump_modify 1 append yes" in lines
    assert 'fix out all print 10 "$(step) $(temp)" append temp.txt' in lines
    assert 'pair_style zero 4 # "run"' in lines
    assert text.count("write_restart tumble-run/restart.${tumble_run}.*\nif") == 3


def test_partitions(commands: list[Command]) -> None:
    first = script.started(commands, 10, 2)
    assert "variable tumble_bead world 0 1" in first
    assert "restart 10 tumble-run/restart.${tumble_run}.*.${tumble_bead}" in first
    assert "fix tumble_stop" not in first  # they couldn't agree on a step
    lines = lines_of(script.resumed(commands, 10, Place(1, 20, ("r.0", "r.1")), {1: 0}))
    assert "log log.lammps.${tumble_bead} append" in lines
    assert "variable restart world r.0 r.1" in lines


def test_runs_that_the_user_ends_early(tmp_path: Path) -> None:
    (tmp_path / "in.water").write_text("fix 1 all halt 10 v_a > 1 error continue\nrun 10\nrun 20 upto\n")
    text = script.started(read_script(tmp_path / "in.water", tmp_path), 10)
    assert text.count('if "($(v_tumble_stop) > 0)" then') == 2
    assert "variable tumble_end equal (20)" in text
