"""`tumble run`: wrong settings, and job scripts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.command_line import run

from tumble.simulation_file import read_simulation

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in.water").write_text("run 10\n")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--nodes", "2"], "`--nodes`: expected `--launcher slurm`"),
        (["--model", "water"], "`--model`"),
        (["--launcher", "srun"], "in a job of Slurm only"),
        (["--launcher", "slurm", "--tasks", "0"], "`--tasks`: expected at least 1"),
    ],
)
def test_wrong_settings(
    folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    status, _, error = run(capsys, "run", folder, *arguments)
    assert status == 2
    assert message in error


def test_no_folder(tmp_path: Path, capsys: Capture) -> None:
    status, _, error = run(capsys, "run", tmp_path / "none")
    assert status == 2
    assert "expected a folder, got nothing" in error


def test_a_model_is_looked_up_where_the_command_is_given(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run").mkdir()
    for name in ("water1.xyz", "water-molecule.xml"):
        shutil.copy(Path(__file__).parents[2] / "inputs" / "ipi" / name, "run")
    Path("my.pt").touch()
    words = ["--model", "my.pt", "--structure", "water1.xyz", "--launcher", "slurm"]
    assert run(capsys, "run", "run", *words)[0] == 0
    assert read_simulation(tmp_path / "run").drivers[0].model == str(tmp_path / "my.pt")


def test_job_scripts(folder: Path, capsys: Capture) -> None:
    status, output, _ = run(capsys, "run", folder, "--launcher", "slurm", "--nodes", "2", "--jobs", "3")
    assert status == 0
    assert "submit.sh" in output
    assert sorted(path.name for path in folder.iterdir()) == ["in.water", "job.sh", "simulation.yaml", "submit.sh"]
    assert "#SBATCH --nodes=2" in (folder / "job.sh").read_text()
