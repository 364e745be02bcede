"""Simulations with real engines: whole, stopped and continued, with programs that are killed, with broken physics."""

from __future__ import annotations

import errno
import fcntl
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from tumble.launch.choose import engine_of
from tumble.launch.machine import Machine
from tumble.launch.run import run_simulation
from tumble.runs import open_run
from tumble.simulation_file import read_simulation

INPUTS = Path(__file__).parents[2] / "inputs"
LIMIT = 240.0
IPI = "engine: ipi\ninput: simulation.xml\ncheckpoint: 20\ndrivers: [{{model: {model}, structure: water1.xyz}}]\n"
LAMMPS = "engine: lammps\ninput: in.water\ncheckpoint: 100\nvariables: {{model: {model}, steps: {steps}, every: 10}}\n"
HEAD = """variable steps index 100
units metal
atom_style atomic
atom_modify map array sort 0 0.0
boundary p p p
read_data water1.data
pair_style tumble
pair_coeff * * ${model} O H
neighbor 1.0 bin
timestep 0.0005
thermo 10
thermo_modify format float %.10g
"""
RUNS = """region lower block INF INF INF INF INF 10
group lower region lower
velocity all create 300 1 loop geom
fix integrate all nve
fix rows all print 10 "$(step) $(pe:%.8f)" file rows.txt title ""
dump first all custom 10 first.dump id type x y z
dump_modify first sort id
run $(2 * 300)
undump first
velocity all create 200 2 loop geom
minimize 0 1e-9 5 5
dump second all custom 10 second.dump id type x y z
dump_modify second sort id
run ${steps}
write_data end.data
"""
BEADS = """variable bead world 0 1
velocity all create 600 1${bead} mom yes loop geom
fix beads all pimd/langevin ensemble nve method nmpimd integrator obabo temp 300.0 thermostat PILE_L 1 fixcom yes
thermo_style custom step time temp pe ke f_beads[4]
dump first all custom 5 beads.${bead}.dump id type x y z
dump_modify first sort id
run ${steps}
"""
RESET = """velocity all create 300 1 loop geom
fix integrate all nve
run 200
reset_timestep 0
dump first all custom 10 first.dump id type x y z
run ${steps}
"""
RESUME = (
    HEAD.replace("read_data water1.data", "read_restart ${restart}")
    + """fix integrate all nve
dump first all custom 10 first.dump id type x y z
run ${steps} upto
"""
)
Make = Callable[..., Path]


@pytest.fixture
def ipi(tmp_path: Path, model_file: Callable[[str], Path]) -> Make:
    """Function that makes the folder of a path integral of a molecule."""

    def make(steps: int, *, name: str = "ipi", timestep: str = "0.5") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(INPUTS / "ipi" / "water1.xyz", folder)
        text = (INPUTS / "ipi" / "water-molecule.xml").read_text()
        for old, new in (("> 1000 <", f"> {steps} <"), ("nbeads='16'", "nbeads='4'"), ("> 0.5 <", f"> {timestep} <")):
            assert old in text
            text = text.replace(old, new)
        (folder / "simulation.xml").write_text(text)
        (folder / "simulation.yaml").write_text(IPI.format(model=model_file("pair")))
        return folder

    return make


@pytest.fixture
def lammps(tmp_path: Path, model_file: Callable[[str], Path]) -> Make:
    """Function that makes the folder of a molecule in LAMMPS."""

    def make(steps: int, *, name: str = "lammps", ensemble: str = "nve") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(INPUTS / "lammps" / "water1.data", folder)
        text = (INPUTS / "lammps" / "water-molecule.in").read_text()
        if ensemble == "nvt":
            text = text.replace("integrate all nve", "integrate all nve\nfix bath all langevin 300 300 0.1 1")
        (folder / "in.water").write_text(text)
        (folder / "simulation.yaml").write_text(LAMMPS.format(model=model_file("pair"), steps=steps))
        return folder

    return make


@pytest.fixture
def script(tmp_path: Path, model_file: Callable[[str], Path]) -> Make:
    """Function that makes the folder of another script of LAMMPS."""

    def make(text: str, steps: int, *, name: str = "script", more: str = "") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        data = (INPUTS / "lammps" / "water1.data").read_text()
        (folder / "water1.data").write_text(data)
        (folder / "in.water").write_text(HEAD + text)
        variables = f"variables: {{model: {model_file('pair')}, steps: {steps}}}\n"
        settings = f"engine: lammps\ninput: in.water\n{variables}checkpoint: 100\nexpect: {{molecules: no}}\n{more}"
        (folder / "simulation.yaml").write_text(settings)
        return folder

    return make


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tumble", "run", str(folder), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(folder: Path, *options: str) -> tuple[int, str]:
    """Exit status and output of a run."""
    with start(folder, *options) as process:
        output, _ = process.communicate(timeout=LIMIT)
    return process.returncode, output


def kill(process: subprocess.Popen[str], folder: Path) -> None:
    """Kill all programs of a run at once, as a machine that fails; the guard can't ask them to end."""
    process.send_signal(signal.SIGSTOP)
    for pid in programs_in(folder):
        os.kill(pid, signal.SIGKILL)
    process.kill()
    process.communicate(timeout=LIMIT)
    wait_for(lambda: programs_in(folder) == [])


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def last_step(folder: Path) -> int:
    """Last step in the properties of i-PI, or in the log of LAMMPS."""
    for name in ("simulation.properties", "log.lammps"):
        if (folder / name).is_file():
            rows = re.findall(r"^ +(\d\S*) .*\n", (folder / name).read_text(errors="replace"), re.MULTILINE)
            return int(float(rows[-1])) if rows and rows[-1].replace(".", "").replace("e+", "").isdigit() else -1
    return -1


def programs_in(folder: Path) -> list[int]:
    """Numbers of the processes that run in a folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):  # ended meanwhile, or somebody else's
            found += [int(entry.parent.name)] if entry.readlink() == folder.resolve() else []
    return found


def steps_of(folder: Path) -> list[list[int]]:
    """Steps in all trajectories and tables of a folder, as they are in the files."""
    files = sorted(path for path in folder.iterdir() if path.name.startswith("simulation.") or path.suffix == ".dump")
    found = []
    for path in files:
        if path.suffix in (".xml", ".yaml", ".checkpoint"):
            continue
        text = path.read_text()
        steps = re.findall(r"(?:Step: *|TIMESTEP\n)(\d+)", text) or re.findall(r"^ +(\S+)", text, re.MULTILINE)
        found.append([int(float(step)) for step in steps])
    return found


@pytest.mark.extended
def test_path_integral_from_beginning_to_end(ipi: Make) -> None:
    folder = ipi(60)
    status, output = finish(folder)
    assert status == 0, output
    checks = "steps, finite numbers, temperature, conserved quantity, molecules, frames"
    assert f"physics: {checks} checked, nothing wrong" in output
    run = open_run(folder)
    assert run.beads == 4
    assert run.model["name"] == "pair"
    assert len(run.universe().trajectory) == 7
    assert programs_in(folder) == []
    status, output = finish(folder)
    assert (status, "finished already, at step 60" in output) == (0, True)
    (folder / "tumble-run" / "finished").unlink()  # as if `tumble run` had been killed before its verdict
    status, output = finish(folder)
    assert (status, "nothing wrong" in output, "threads" in output) == (0, True, False), output
    text = (folder / "simulation.xml").read_text()
    (folder / "simulation.xml").write_text(text.replace("> 60 <", "> 80 <"))
    status, output = finish(folder)
    assert (status, "from the checkpoint at step 60" in output) == (0, True), output
    assert "no longer that of the beginning" not in output
    assert len(open_run(folder).universe().trajectory) == 9


def test_path_integral_that_is_stopped_continues(ipi: Make) -> None:
    folder, whole = ipi(150), ipi(150, name="whole")
    process = start(folder)
    wait_for(lambda: last_step(folder) >= 30)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=LIMIT)
    assert process.returncode == 130, output
    assert "stopped at step" in output
    assert programs_in(folder) == []
    assert (folder / "RESTART").is_file()
    status, output = finish(folder)
    assert status == 0, output
    assert finish(whole)[0] == 0
    assert steps_of(folder) == steps_of(whole)
    # i-PI keeps 8 decimals of the positions, and the state of its random numbers.
    one, other = (np.loadtxt(each / "simulation.properties") for each in (folder, whole))
    np.testing.assert_allclose(one[:, 4], other[:, 4], atol=1e-5)


@pytest.mark.extended
def test_path_integral_continues_after_a_kill(ipi: Make) -> None:
    folder = ipi(150)
    process = start(folder)
    wait_for(lambda: (folder / "tumble-run" / "checkpoint.xml").is_file() and last_step(folder) >= 50)
    kill(process, folder)
    status, output = finish(folder)
    assert status == 0, output
    assert re.search(r"from the checkpoint at step [2468]0|from the checkpoint at step 1[024]0", output)
    properties, *others = (steps for steps in steps_of(folder) if len(steps) > 16)
    assert properties == list(range(0, 151, 5))
    assert all(steps == properties for steps in others)


@pytest.mark.extended
def test_driver_that_is_killed_is_started_again(ipi: Make) -> None:
    folder = ipi(200)
    process = start(folder)
    wait_for(lambda: last_step(folder) >= 30)
    drivers = [pid for pid in programs_in(folder) if b"drive" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    os.kill(drivers[0], signal.SIGKILL)
    output, _ = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, output
    assert "was ended by SIGKILL and was started again" in output
    assert next(steps for steps in steps_of(folder) if len(steps) > 21) == list(range(0, 201, 5))


def test_path_integral_that_explodes_fails(ipi: Make) -> None:
    folder = ipi(400, timestep="12")
    status, output = finish(folder)
    assert status == 1, output
    assert re.search(r"failed: .*(explodes|can't be evaluated|infinite or NaN)", output)
    assert programs_in(folder) == []
    status, output = finish(folder)
    assert (status, "an earlier start failed" in output) == (1, True)
    # What the failed start has written doesn't stop the next one.
    text = (folder / "simulation.xml").read_text()
    (folder / "simulation.xml").write_text(text.replace("> 12 <", "> 0.5 <").replace("> 400 <", "> 20 <"))
    status, output = finish(folder, "--again")
    assert status == 0, output


@pytest.mark.extended
def test_driver_without_a_model_fails(ipi: Make) -> None:
    folder = ipi(20)
    text = (folder / "simulation.yaml").read_text()
    (folder / "simulation.yaml").write_text(re.sub(r"model: [^,]*", "model: no-such-model", text))
    status, output = finish(folder)
    assert status == 1
    assert re.search(r"(?s)failed: driver \d failed with exit status 1; .*no-such-model", output)


@pytest.mark.extended
def test_lammps_from_beginning_to_end(lammps: Make) -> None:
    folder = lammps(300)
    status, output = finish(folder)
    assert status == 0, output
    assert "nothing wrong" in output
    assert len(open_run(folder).universe().trajectory) == 31
    status, output = finish(folder)
    assert (status, "finished already, at step 300" in output) == (0, True)
    (folder / "tumble-run" / "finished").unlink()  # as if `tumble run` had been killed before its verdict
    status, output = finish(folder)
    assert (status, "nothing wrong" in output) == (0, True), output
    assert steps_of(folder) == [list(range(0, 301, 10))]


@pytest.mark.parametrize("ensemble", ["nve", "nvt"])
def test_lammps_that_is_stopped_continues(lammps: Make, ensemble: str) -> None:
    folder, whole = lammps(3000, ensemble=ensemble), lammps(3000, name="whole", ensemble=ensemble)
    process = start(folder)
    wait_for(lambda: last_step(folder) >= 300)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=LIMIT)
    assert process.returncode == 143, output
    assert programs_in(folder) == []
    status, output = finish(folder)
    assert status == 0, output
    assert finish(whole)[0] == 0
    assert steps_of(folder) == steps_of(whole)
    run = open_run(folder)
    assert len(run.universe().trajectory) == 301
    # The log has all rows, and the analysis takes them as one run.
    np.testing.assert_array_equal(run.log["Step"], np.arange(0, 3001, 10))
    assert run.ensemble.startswith(ensemble.upper())
    if ensemble == "nve":
        np.testing.assert_allclose(run.log["conserved"], open_run(whole).log["conserved"], atol=1e-6)


@pytest.mark.extended
def test_lammps_that_is_too_hot_is_stopped(lammps: Make) -> None:
    folder = lammps(1000000, ensemble="nvt")
    text = (folder / "simulation.yaml").read_text()
    (folder / "simulation.yaml").write_text(text + "expect: {limits: {temperature: 100}}\n")
    status, output = finish(folder)
    assert status == 1, output
    assert re.search(r"failed: the temperature explodes: .* above 100 K", output)
    # What the failed start has written doesn't stop the next one.
    (folder / "simulation.yaml").write_text(text.replace("1000000", "100") + "expect: {limits: {temperature: 9000}}\n")
    status, output = finish(folder, "--again")
    assert status == 0, output


def test_beads_of_lammps(lammps: Make) -> None:
    """Each bead has a log of its own, with the temperature of the ring polymer."""
    folder = lammps(40)
    text = (folder / "in.water").read_text()
    text = re.sub(
        r"(?m)^fix .*nve.*", "fix beads all pimd/langevin ensemble nvt temp 300 thermostat PILE_L 1 tau 0.1", text
    )
    text = re.sub(r"(?m)^(atom_style.*)", r"\1\natom_modify map array sort 0 0.0\nvariable bead world 0 1", text)
    text = text.replace("water-molecule.dump", "water-${bead}.dump")
    (folder / "in.water").write_text(text)
    with (folder / "simulation.yaml").open("a") as file:
        file.write("partitions: 2x1\nexpect: {limits: {temperature: 450}}\n")
    status, output = finish(folder)
    assert status == 0, output
    assert f"`tumble analyze {folder / 'log.lammps.0'}`" in output
    assert open_run(folder / "log.lammps.0").path_integral


@pytest.mark.extended
def test_lammps_continues_after_a_kill(lammps: Make) -> None:
    folder = lammps(3000)
    process = start(folder)
    wait_for(lambda: last_step(folder) >= 450)
    kill(process, folder)
    status, output = finish(folder)
    assert status == 0, output
    assert "from the checkpoint at step" in output
    assert steps_of(folder) == [list(range(0, 3001, 10))]
    np.testing.assert_array_equal(open_run(folder).log["Step"], np.arange(0, 3001, 10))


@pytest.mark.extended
def test_outputs_of_another_run_are_kept(lammps: Make) -> None:
    folder = lammps(100)
    (folder / "log.lammps").write_text("mine\n")
    status, output = finish(folder)
    assert status == 2
    assert "`log.lammps`; `--again` starts anew in their place" in output
    assert (folder / "log.lammps").read_text() == "mine\n"
    assert finish(folder, "--again")[0] == 0


@pytest.mark.extended
def test_a_folder_runs_once_at_a_time(lammps: Make) -> None:
    folder = lammps(100000)
    process = start(folder)
    wait_for(lambda: last_step(folder) >= 10)
    status, output = finish(folder)
    assert (status, "expected a folder in which nothing runs" in output) == (2, True)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=LIMIT)


def stop_when(folder: Path, condition: Callable[[], bool]) -> str:
    """Start a run, stop it when a condition holds, and return what it says."""
    process = start(folder)
    wait_for(lambda: condition() or process.poll() is not None)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=LIMIT)
    assert process.returncode == 143, output
    return output


def size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def test_lammps_with_several_runs_continues_in_each(script: Make) -> None:
    folder, whole = script(RUNS, 600), script(RUNS, 600, name="whole")
    output = stop_when(folder, lambda: size(folder / "first.dump") > 2000)
    assert "stopped at step" in output
    assert not (folder / "end.data").exists()
    stop_when(folder, lambda: size(folder / "second.dump") > 2000)
    (folder / "in.water").write_text((folder / "in.water").read_text() + "write_data end2.data\n")
    status, output = finish(folder)
    assert status == 0, output
    assert "`in.water` is no longer that of the beginning: changes act from the checkpoint on" in output
    assert finish(whole)[0] == 0
    assert steps_of(folder) == steps_of(whole)
    for name in ("first.dump", "second.dump", "rows.txt"):
        one, other = (np.array((each / name).read_text().split()) for each in (folder, whole))
        assert len(one) == len(other)
    rows, expected = (np.loadtxt(each / "rows.txt") for each in (folder, whole))
    # Velocities are set anew and the energy minimized between the runs, once and not again.
    np.testing.assert_allclose(rows, expected, atol=1e-4)


@pytest.mark.extended
def test_lammps_on_two_ranks_starts_again(script: Make) -> None:
    folder = script(RUNS, 100, more="ranks: 2\n")
    stop_when(folder, lambda: size(folder / "first.dump") > 2000)
    stop_when(folder, lambda: size(folder / "first.dump") > 20000)
    text = (folder / "in.water").read_text()
    (folder / "in.water").write_text(text.replace("run $(2 * 300)", "run 20"))
    status, output = finish(folder, "--again")
    assert (status, "from the beginning" in output) == (0, True), output
    assert steps_of(folder) == [[0, 10, 20], list(range(30, 121, 10))]


@pytest.mark.extended
def test_beads_of_lammps_continue(script: Make) -> None:
    more = "partitions: 2x1\n"
    folder, whole = script(BEADS, 300, more=more), script(BEADS, 300, name="whole", more=more)
    for each in (folder, whole):
        text = (each / "simulation.yaml").read_text()
        (each / "simulation.yaml").write_text(text.replace("checkpoint: 100", "checkpoint: 20"))
    output = stop_when(folder, lambda: len(list((folder / "tumble-run").glob("restart.1.*0.?"))) >= 2)
    assert re.search(r"stopped at step \d*[2468]0;", output)
    status, output = finish(folder)
    assert status == 0, output
    assert "from the checkpoint at step" in output
    assert finish(whole)[0] == 0
    assert steps_of(folder) == steps_of(whole) == [list(range(0, 301, 5))] * 2
    for bead in (0, 1):
        one, other = (open_run(each / f"log.lammps.{bead}").log for each in (folder, whole))
        np.testing.assert_array_equal(one["Step"], other["Step"])
        np.testing.assert_allclose(one["potential"], other["potential"], atol=1e-6)
    status, output = finish(folder)
    assert (status, "finished already" in output) == (0, True)


@pytest.mark.extended
@pytest.mark.parametrize("more", ["", "resume: in.resume\n"], ids=["derived", "of the user"])
def test_a_run_continues_behind_reset_steps(script: Make, more: str) -> None:
    folder = script(RESET, 600, more=more)
    (folder / "in.resume").write_text(RESUME)
    stop_when(folder, lambda: size(folder / "first.dump") > 2000)
    status, output = finish(folder)
    assert status == 0, output
    assert steps_of(folder) == [list(range(0, 601, 10))]


@pytest.mark.extended
def test_a_time_limit_of_lammps_is_no_failure(script: Make) -> None:
    folder = script("timer timeout 0:00:02 every 10\nfix integrate all nve\nrun ${steps}\n", 10000000)
    status, output = finish(folder)
    assert (status, "LAMMPS ended by itself at step" in output) == (3, True), output
    status, again = finish(folder)
    assert status == 3, again
    steps = [int(re.findall(r"by itself at step (\d+)", each)[0]) for each in (output, again)]
    assert steps[1] > steps[0]


@pytest.mark.extended
def test_an_end_that_ipi_was_asked_for_is_no_failure(ipi: Make) -> None:
    folder = ipi(120)
    process = start(folder)
    wait_for(lambda: last_step(folder) >= 20)
    (folder / "EXIT").touch()
    output, _ = process.communicate(timeout=LIMIT)
    assert (process.returncode, "i-PI ended by itself at step" in output) == (3, True), output
    status, output = finish(folder)
    assert status == 0, output
    assert next(steps for steps in steps_of(folder) if len(steps) > 13) == list(range(0, 121, 5))


@pytest.mark.extended
def test_a_second_signal_ends_at_once_and_loses_nothing(lammps: Make) -> None:
    folder = lammps(2000)
    process = start(folder)
    wait_for(lambda: last_step(folder) >= 250)
    for _ in range(2):
        process.send_signal(signal.SIGTERM)
        time.sleep(0.05)
    process.communicate(timeout=LIMIT)
    assert process.returncode == 143
    wait_for(lambda: programs_in(folder) == [])
    status, output = finish(folder)
    assert (status, "from the checkpoint at step" in output) == (0, True), output
    assert steps_of(folder) == [list(range(0, 2001, 10))]


def test_a_file_system_without_locks(lammps: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Lustre without `-o flock`."""
    folder = lammps(20)
    engine = engine_of(read_simulation(folder), folder, Machine(1))

    def refuse(number: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    stream = io.StringIO()
    assert run_simulation(engine, again=False, stream=stream, terminal=False) == 0
    assert re.search(r"lock` can't be locked \(No locks available\)", stream.getvalue())
