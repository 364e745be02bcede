"""The stability benchmark with real LAMMPS and toys that hold no molecule together."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tumble.files import sha256
from tumble.registry import find_model

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "stability.py"


@pytest.fixture
def stability(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    return importlib.import_module("stability")


def test_broken_molecules_are_told(tmp_path: Path, model_file: Callable[[str], Path]) -> None:
    words = ["--model", model_file("harmonic"), "--systems", "nvt", "nve", "--steps", 200, "--nve-steps", 100]
    command = [sys.executable, str(SCRIPT), *map(str, words), "--equilibration", "100", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 1, done.stderr
    assert "BROKEN in frame" in done.stdout
    assert "drift of the total energy" in done.stdout
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["whole"] is False
    nvt, nve = summary["parts"]["nvt"], summary["parts"]["nve"]
    assert nvt["molecules"]["first_break"]["own"] > 0
    assert (nvt["atoms"], nvt["steps"], nve["steps"]) == (192, 200, 100)
    assert (nvt["molecules"]["frames"], nve["molecules"]["frames"]) == (21, 21)
    assert {"slope", "error", "fluctuation"} == set(nve["drift"])
    assert (nvt["drift"], nve["peak"]) == (None, None)


def test_failing_run_is_told(
    tmp_path: Path, model_file: Callable[[str], Path], stability: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--model", str(model_file("nan")), "--systems", "nvt", "--steps", "100", "--out", str(tmp_path)]
    assert stability.main(words) == 1
    assert "LAMMPS failed with exit status 1; the end of its log" in capsys.readouterr().err
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert "LAMMPS failed with exit status 1" in summary["failed"]["nvt"]
    assert summary["whole"] is False


MODEL = {"name": "water", "sha256": "1234"}
WHOLE, BROKEN = {"first_break": None}, {"first_break": {"frame": 3}}


def test_parts_are_merged(stability: ModuleType) -> None:
    """One by one in any order; a part anew replaces the earlier one, and one that failed takes it away."""
    document = stability.merge({}, MODEL, "dimer", {"steps": 100, "molecules": WHOLE})
    document = stability.merge(document, MODEL, "nvt", {"atoms": 192, "molecules": WHOLE})
    assert (document["model"], document["parts"]["nvt"]["atoms"]) == (MODEL, 192)
    assert document["whole"] is True

    document = stability.merge(document, MODEL, "hexamer", {"steps": 100, "molecules": BROKEN})
    assert set(document["parts"]) == {"nvt", "dimer", "hexamer"}
    assert document["whole"] is False
    document = stability.merge(document, MODEL, "hexamer", {"steps": 200, "molecules": WHOLE})
    assert (document["parts"]["hexamer"]["steps"], document["whole"]) == (200, True)

    document = stability.merge(document, MODEL, "nvt", "LAMMPS failed")
    assert (document["failed"], document["whole"]) == ({"nvt": "LAMMPS failed"}, False)
    assert set(document["parts"]) == {"dimer", "hexamer"}
    document = stability.merge(document, MODEL, "nvt", {"molecules": WHOLE})
    assert (document["failed"], document["whole"]) == ({}, True)


def test_parts_of_another_model_are_dropped(stability: ModuleType) -> None:
    document = stability.merge({}, MODEL, "nvt", {"molecules": BROKEN})
    document = stability.merge(document, MODEL, "hexamer", "LAMMPS failed")
    other = {**MODEL, "sha256": "5678"}
    document = stability.merge(document, other, "dimer", {"molecules": WHOLE})
    assert document == {
        "model": other, "timestep": 0.0005, "whole": True, "parts": {"dimer": {"molecules": WHOLE}}, "failed": {},
    }  # fmt: skip


def test_committed_summary_is_of_the_shipped_model() -> None:
    document = json.loads((SCRIPT.parents[1] / "inputs" / "training" / "water" / "stability.json").read_text())
    assert document["model"]["sha256"] == sha256(Path(find_model("water")))
    assert document["whole"] is True
    assert set(document["parts"]) == {"nvt", "nve", "molecule", "dimer", "hexamer"}


def test_finished_parts_are_taken_over(
    tmp_path: Path, model_file: Callable[[str], Path], stability: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the same model and steps the run isn't repeated; with other steps it is."""
    words = ["--model", str(model_file("pair")), "--systems", "molecule", "--out", str(tmp_path), "--gas-steps"]
    log = tmp_path / "molecule" / "log.lammps"
    assert stability.main([*words, "100"]) == 0
    first, written = capsys.readouterr(), log.stat().st_mtime_ns
    assert stability.main([*words, "100"]) == 0
    again = capsys.readouterr()
    assert again.out == first.out
    assert "taken from the finished run" in again.err
    assert log.stat().st_mtime_ns == written
    assert stability.main([*words, "200"]) == 0
    assert "taken from" not in capsys.readouterr().err
    assert json.loads((tmp_path / "summary.json").read_text())["parts"]["molecule"]["steps"] == 200


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--steps", "15"), "expected a multiple of 10 from 100, got 15"),
        (("--nve-steps", "many"), "expected a multiple of 10 from 100, got many"),
        (("--gas-steps", "90"), "expected a multiple of 10 from 100, got 90"),
        (("--systems", "trimer"), "invalid choice: 'trimer'"),
        (("--json", "/no/such/folder/x.json"), "--json: expected a file in an existing folder"),
    ],
)
def test_bad_arguments(
    words: tuple[str, ...], message: str, stability: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        stability.main(words)
    assert stop.value.code == 2
    assert message in capsys.readouterr().err
