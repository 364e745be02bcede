"""Job scripts, and chains of jobs: with a local Slurm if there is one, and with a stand-in.

The stand-in is two shell scripts in place of `sbatch` and `srun`, which run jobs and steps here, one after the other.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tumble.errors import ConfigurationError
from tumble.launch.ipi.engine import IpiEngine
from tumble.launch.slurm import SlurmOptions, engine_in_job, write_scripts
from tumble.runs import open_run
from tumble.simulation_file import Driver, Simulation, write_simulation

INPUTS = Path(__file__).parents[2] / "inputs"
LIMIT = 240.0
#: Runs a job here, at once, and prints its number; what it would wait for has ended.
SBATCH = """#!/bin/bash
number=$(($(cat {state} 2>/dev/null || echo 0) + 1))
echo $number > {state}
export SLURM_JOB_ID=$number SLURM_NTASKS=$(sed -n 's/#SBATCH --ntasks-per-node=//p' "${{@: -1}}")
bash "${{@: -1}}" > slurm-$number.out 2>&1
echo $number
"""
#: Runs the command of a job step here.
SRUN = '#!/bin/bash\nwhile [[ $1 == --* ]]; do shift; done\nexec "$@"\n'


@pytest.fixture
def folder(tmp_path: Path, model_file: Callable[[str], Path]) -> Path:
    """A path integral of a molecule, of 40 steps."""
    folder = tmp_path / "water run"
    folder.mkdir()
    shutil.copy(INPUTS / "ipi" / "water1.xyz", folder)
    text = (INPUTS / "ipi" / "water-molecule.xml").read_text().replace("> 1000 <", "> 40 <").replace("'16'", "'4'")
    (folder / "simulation.xml").write_text(text)
    driver = Driver(model=str(model_file("pair")), structure="water1.xyz")
    write_simulation(Simulation(engine="ipi", input="simulation.xml", drivers=(driver,)), folder)
    return folder


def test_job_script(tmp_path: Path) -> None:
    job, submit = write_scripts(tmp_path, SlurmOptions(nodes=2, gpus=4, cpus=8, time="24:00:00", account="me", jobs=5))
    lines = job.read_text().splitlines()
    assert "#SBATCH --nodes=2" in lines
    assert "#SBATCH --ntasks-per-node=4" in lines
    assert "#SBATCH --gpus-per-node=4" in lines
    assert "#SBATCH --cpus-per-task=8" in lines
    assert not any("partition" in line for line in lines)
    assert lines[-1].endswith(" -m tumble run . --launcher srun")
    assert f"cd {tmp_path} || exit 1" in lines
    assert "seq 2 5" in submit.read_text()
    for path in (job, submit):
        subprocess.run(["bash", "-n", path], check=True)
        assert os.access(path, os.X_OK)


def test_job_script_of_a_folder_with_blanks(tmp_path: Path) -> None:
    folder = tmp_path / "my  water"
    folder.mkdir()
    job, _ = write_scripts(folder, SlurmOptions())
    assert "#SBATCH --job-name=my-water" in job.read_text()
    script = job.read_text().replace("exec ", "pwd #")
    assert subprocess.run(["bash", "-c", script], capture_output=True, text=True).stdout == f"{folder}\n"


@pytest.mark.parametrize("option", ["nodes", "tasks", "cpus", "jobs"])
def test_impossible_numbers(option: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"`--{option}`: .*got 0"):
        SlurmOptions(**{option: 0})


def test_drivers_are_steps_of_the_job(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("JOB_ID", "1"), ("NTASKS", "3"), ("CPUS_PER_TASK", "2"), ("GPUS_ON_NODE", "3")):
        monkeypatch.setenv(f"SLURM_{name}", value)
    simulation = Simulation(
        engine="ipi", input="simulation.xml", drivers=(Driver(model="water", structure="water1.xyz"),)
    )
    engine = engine_in_job(simulation, folder)
    assert isinstance(engine, IpiEngine)
    engine.state.mkdir()
    engine.begin()
    jobs = engine.helpers()
    assert len(jobs) == 3
    for job in jobs:
        assert job.command[:4] == ("srun", "--nodes=1", "--ntasks=1", "--exact")
        assert "--gpus-per-task=1" in job.command
        assert job.environment["OMP_NUM_THREADS"] == "2"
        host, port = (job.command[job.command.index(option) + 1] for option in ("--host", "--port"))
        assert host == os.uname().nodename
        assert 1024 <= int(port) < 65536
    derived = (folder / "tumble-run" / "input.xml").read_text()
    assert re.search(r'mode="inet"', derived)
    assert f"<port> {port} </port>" in derived


def test_only_in_a_job(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    with pytest.raises(ConfigurationError, match="`srun` in a job of Slurm only"):
        engine_in_job(Simulation(engine="lammps", input="x"), folder)


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts in place of the programs of Slurm."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in (("sbatch", SBATCH.format(state=tmp_path / "jobs")), ("srun", SRUN)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.delenv("SLURM_CPUS_PER_TASK", raising=False)


@pytest.mark.extended
@pytest.mark.usefixtures("stand_in")
def test_chain_with_a_stand_in(folder: Path) -> None:
    _, submit = write_scripts(folder, SlurmOptions(tasks=1, jobs=2))
    subprocess.run([submit], check=True, timeout=LIMIT)
    check_chain(folder, ["slurm-1.out", "slurm-2.out"])


@pytest.mark.extended
@pytest.mark.skipif(
    shutil.which("sinfo") is None or subprocess.run(["sinfo"], capture_output=True).returncode != 0,
    reason="no Slurm here",
)
def test_chain_with_slurm(folder: Path) -> None:
    _, submit = write_scripts(folder, SlurmOptions(tasks=1, jobs=2, time="10"))
    subprocess.run([submit], check=True, timeout=LIMIT)
    end = time.monotonic() + LIMIT
    while len(outputs := sorted(path.name for path in folder.glob("slurm-*.out"))) < 2 or not done(folder / outputs[1]):
        assert time.monotonic() < end
        time.sleep(0.5)
    check_chain(folder, outputs)


def done(output: Path) -> bool:
    return "tumble run: finished already" in output.read_text()


def check_chain(folder: Path, outputs: list[str]) -> None:
    """The first job does all steps, and the second finds nothing to do."""
    first, second = ((folder / name).read_text() for name in outputs)
    assert "nothing wrong" in first
    assert "finished already, at step 40" in second
    assert len(open_run(folder).universe().trajectory) == 5
