"""The check that a training overfits: the choice of frames, its conditions, and a training too short to meet them."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from ase import Atoms
from ase.io import write
from support.labeled import labeled_frames

from tumble.errors import FramesError

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "overfit.py"


@pytest.fixture
def overfit(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    return importlib.import_module("overfit")


def names(frames: list[Atoms], key: str) -> set[str]:
    return {atoms.info[key] for atoms in frames}


def test_no_group_is_on_both_sides(overfit: ModuleType) -> None:
    """Of six groups of two frames, each is used once at most."""
    training, held_out = overfit.draw(labeled_frames(12), 3, "pair", seed=0)
    assert len(names(training, "pair")) == len(names(held_out, "pair")) == 3
    assert not names(training, "pair") & names(held_out, "pair")


def test_the_seed_chooses(overfit: ModuleType) -> None:
    frames = labeled_frames(12)
    choices = [names(overfit.draw(frames, 3, "pair", seed)[0], "pair") for seed in range(4)]
    assert choices[0] == names(overfit.draw(frames, 3, "pair", 0)[0], "pair")
    assert any(choice != choices[0] for choice in choices)


def test_frames_without_a_group_are_groups(overfit: ModuleType) -> None:
    training, held_out = overfit.draw(labeled_frames(12), 6, "no such key", seed=0)
    assert len({id(atoms) for atoms in training + held_out}) == 12


def test_too_few_groups(overfit: ModuleType) -> None:
    with pytest.raises(FramesError, match=r"8 groups.*got 6"):
        overfit.draw(labeled_frames(12), 4, "pair", seed=0)


@pytest.mark.parametrize(
    ("training", "learned", "overfitted"),
    [(90.0, True, True), (160.0, True, False), (400.0, False, False), (float("nan"), False, False)],
)
def test_conditions(overfit: ModuleType, training: float, learned: bool, overfitted: bool) -> None:
    outcome = overfit.Outcome(
        frames=20, minutes=5.0, steps=9, rms_force=2000.0, first=2000.0, training=training, held_out=200.0
    )
    assert (outcome.learned, outcome.overfitted) == (learned, overfitted)
    told = overfit.describe(outcome)
    assert told.count("NOT MET") == 2 - learned - overfitted


def test_a_training_too_short_is_told(tmp_path: Path) -> None:
    """Half a second on labels that are noise: whatever it reaches, it isn't overfitted."""
    write(tmp_path / "frames.extxyz", labeled_frames(12))
    command = [sys.executable, str(SCRIPT), str(tmp_path / "frames.extxyz"), "--count", "3", "--group", "pair"]
    command += ["--minutes", "0.008", "--json", str(tmp_path / "errors.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 1, done.stderr
    assert "of the held-out error, got" in done.stdout
    assert "NOT MET" in done.stdout
    errors = json.loads((tmp_path / "errors.json").read_text())
    assert errors["frames"] == 3
    assert errors["steps"] >= 1
    assert errors["rms_force"] == pytest.approx(1000, rel=0.3)  # normal deviates, eV/Å
    assert errors["held_out"] > 0
    assert errors["learned"] is False


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--count", "0"), "--count: expected at least 1, got 0"),
        (("--minutes", "0"), "--minutes: expected a time above 0, got 0"),
        (("--out", "/tmp"), "--out: expected a folder that doesn't exist yet, got /tmp"),
    ],
)
def test_bad_arguments(
    words: tuple[str, ...], message: str, overfit: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        overfit.main(words)
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_missing_frames(overfit: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert overfit.main(["/no/such/frames.extxyz"]) == 1
    assert "expected a file, got `/no/such/frames.extxyz`" in capsys.readouterr().err
