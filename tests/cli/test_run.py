"""`tumble run`: wrong settings, and job scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.command_line import run

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


def test_job_scripts(folder: Path, capsys: Capture) -> None:
    status, output, _ = run(capsys, "run", folder, "--launcher", "slurm", "--nodes", "2", "--jobs", "3")
    assert status == 0
    assert "submit.sh" in output
    assert sorted(path.name for path in folder.iterdir()) == ["in.water", "job.sh", "simulation.yaml", "submit.sh"]
    assert "#SBATCH --nodes=2" in (folder / "job.sh").read_text()
