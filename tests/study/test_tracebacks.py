"""The file of tracebacks next to an analysis: written, replaced, removed, and never a file of somebody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tumble.study.analysis_file import Analysis
from tumble.study.tracebacks import find_tracebacks, write_tracebacks, write_unsaved_tracebacks


def analysis(**failed: dict[str, str]) -> Analysis:
    return Analysis("run", (), {"failed": failed})


def test_tracebacks_of_faults_alone(tmp_path: Path) -> None:
    event = {"error": "a worker process died"}
    file = write_tracebacks(analysis(rdf={"error": "a", "traceback": "line 1"}, msd=event), tmp_path / "analysis.json")
    assert file == tmp_path / "analysis.traceback.txt"
    assert "rdf\n\nline 1" in file.read_text()
    assert "msd" not in file.read_text()
    assert find_tracebacks(tmp_path / "analysis.json") == file


def test_those_of_the_analysis_before_go(tmp_path: Path) -> None:
    path = tmp_path / "analysis.json"
    file = write_tracebacks(analysis(rdf={"error": "a", "traceback": "line 1"}), path)
    write_tracebacks(analysis(msd={"error": "a", "traceback": "line 2"}), path)
    assert "line 1" not in file.read_text()
    assert "line 2" in file.read_text()
    write_tracebacks(analysis(), path)
    assert list(tmp_path.iterdir()) == []
    assert find_tracebacks(path) == path


def test_a_file_of_somebody_else_stays(tmp_path: Path) -> None:
    path, file = tmp_path / "analysis.json", tmp_path / "analysis.traceback.txt"
    file.write_text("mine")
    assert write_tracebacks(analysis(rdf={"error": "a", "traceback": "line 1"}), path) == path
    assert find_tracebacks(path) == path
    write_tracebacks(analysis(), path)
    assert file.read_text() == "mine"


def test_an_analysis_that_is_not_saved_has_them_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert write_unsaved_tracebacks(analysis(msd={"error": "a worker process died"})) is None
    file = write_unsaved_tracebacks(analysis(rdf={"error": "a", "traceback": "line 1"}))
    assert list(tmp_path.iterdir()) == [file]
    assert "rdf\n\nline 1" in file.read_text()
