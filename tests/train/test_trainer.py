"""The loop: exact resume, what it leaves, and the errors on the way. Tiny models, a few steps."""

from __future__ import annotations

import copy
import dataclasses
import functools
import json
import os
import signal
from pathlib import Path
from typing import Any

import ase.io
import pytest
import torch
from support.charges import register
from support.labeled import labeled_frames
from torch._dynamo.testing import CompileCounterWithBackend

from tumble.cli import main
from tumble.errors import DeviceError, FramesError
from tumble.train import Summary, TrainingError, config_from_mapping, load_trained, train
from tumble.train.checkpoint import load_torch
from tumble.train.trainer import Trainer

Settings = dict[str, Any]


def run(settings: Settings, folder: Path, out: str, **changes: object) -> Summary:
    config = config_from_mapping(copy.deepcopy(settings), folder)
    return train(dataclasses.replace(config, **changes), folder / out)


def without_times(csv: str) -> list[list[str]]:
    rows = [line.split(",") for line in csv.splitlines()]
    clock = rows[0].index("minutes")
    return [row[:clock] + row[clock + 1 :] for row in rows]


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_run_in_pieces_equals_one_long_run(settings: Settings, tmp_path: Path, optimizer: str) -> None:
    settings["optimizer"] = {"name": optimizer}
    whole = run(settings, tmp_path, "whole")
    assert whole.finished
    assert whole.steps == 13

    pieces = 0
    while True:
        pieces += 1
        summary = run(settings, tmp_path, "pieces", max_minutes=0.0)  # one step, or more, in each call
        if summary.finished:
            break
    assert pieces > 10
    assert summary.metrics == whole.metrics
    a, b = ((tmp_path / out / "metrics.csv").read_text() for out in ("whole", "pieces"))
    assert without_times(a) == without_times(b)
    a, b = (load_trained(tmp_path / out / "model.pt").model.state_dict() for out in ("whole", "pieces"))
    assert {value.dtype for value in a.values()} == {torch.float64}
    for name in a:
        assert torch.equal(a[name], b[name]), name


def test_killed_run_continues_from_its_checkpoint(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(settings, tmp_path, "whole")
    step = Trainer.train_step

    def killed(self: Trainer, *arguments: Any) -> None:
        if self.total_steps == 7:
            raise KeyboardInterrupt
        step(self, *arguments)

    monkeypatch.setattr(Trainer, "train_step", killed)
    with pytest.raises(KeyboardInterrupt):
        run(settings, tmp_path, "killed", checkpoint_minutes=0.0)
    monkeypatch.undo()
    assert run(settings, tmp_path, "killed").metrics == whole.metrics


@pytest.mark.parametrize(
    ("number", "status", "line"),
    [
        (signal.SIGINT, 130, "tumble: interrupted"),
        (signal.SIGTERM, 143, "tumble: ended by SIGTERM"),
        (signal.SIGUSR1, 138, "tumble: ended by SIGUSR1"),
    ],
)
def test_interruption_before_the_first_checkpoint(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    number: int,
    status: int,
    line: str,
) -> None:
    """The step is finished, nothing is lost, and the same command continues."""
    whole = run(settings, tmp_path, "whole")
    path = tmp_path / "small.yaml"
    path.write_text(json.dumps(settings))
    step = Trainer.train_step

    def interrupted(self: Trainer, *arguments: Any) -> None:
        if self.total_steps == 5:
            os.kill(os.getpid(), number)
        step(self, *arguments)

    monkeypatch.setattr(Trainer, "train_step", interrupted)
    assert main(["train", str(path)]) == status
    monkeypatch.undo()
    err = capfd.readouterr().err
    assert "tumble: stopping after this step, with a checkpoint; once more to stop at once" in err
    assert f"interrupted after 6 steps; the checkpoint in {tmp_path / 'small'} has them\n" in err
    assert f"\nto continue from the last checkpoint: tumble train {path}\n" in err
    assert err.rstrip().endswith(line)
    assert load_torch(tmp_path / "small" / "checkpoint.pt")["stage"] == [0, 6, 6]
    left = load_trained(tmp_path / "small" / "model.pt").summary  # to be exported as it is; nothing was measured
    assert (left["finished"], left["steps"], left["metrics"]) == (False, 6, {})
    assert main(["train", str(path)]) == 0
    a, b = ((tmp_path / out / "metrics.csv").read_text() for out in ("whole", "small"))
    assert without_times(a) == without_times(b)
    assert whole.steps == 13


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interruption_before_anything_can_be_saved(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], number: int
) -> None:
    """While the data are read: it is said whether there is a checkpoint, and what starts or continues."""
    path = tmp_path / "small.yaml"
    path.write_text(json.dumps(settings))
    command = ["train", str(path), "--out", str(tmp_path / "a b")]

    def interrupted(*_: object) -> None:
        os.kill(os.getpid(), number)

    def lines_of(*more: str) -> list[str]:
        with monkeypatch.context() as patch:
            patch.setattr("tumble.train.trainer.load_sets", interrupted)
            assert main([*command, *more]) == 128 + number
        return capfd.readouterr().err.splitlines()

    again = f"tumble train {path} --out '{tmp_path / 'a b'}'"
    none = "no checkpoint was written, so there is nothing to continue; to start again: "
    assert lines_of("--max-minutes", "5")[0] == f"{none}{again} --max-minutes 5"
    assert main([*command, "--max-minutes", "0"]) == 3
    assert f"time is up after 1 steps; to continue from the last checkpoint: {again} --max-minutes 0" in (
        capfd.readouterr().err
    )
    before = (tmp_path / "a b" / "checkpoint.pt").read_bytes()
    assert lines_of()[0] == f"to continue from the last checkpoint: {again}"
    assert lines_of("--restart")[0] == f"{none}{again} --restart"
    assert (tmp_path / "a b" / "checkpoint.pt").read_bytes() == before


def test_a_restart_that_fails_costs_nothing(settings: Settings, tmp_path: Path) -> None:
    """What is in the folder is replaced only when the data and all else are right."""
    run({**settings, "max_minutes": 0.0}, tmp_path, "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    wrong = copy.deepcopy(settings)
    wrong["data"]["water"]["path"] = "absent.extxyz"
    with pytest.raises(FramesError, match=r"`data\.water\.path`: .*file of frames"):
        train(config_from_mapping(wrong, tmp_path), tmp_path / "out", restart=True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_second_interruption_stops_at_once(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted_twice(self: Trainer, *arguments: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        raise AssertionError("unreachable")

    monkeypatch.setattr(Trainer, "train_step", interrupted_twice)
    with pytest.raises(KeyboardInterrupt):
        run(settings, tmp_path, "out")
    assert not list((tmp_path / "out").iterdir())
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_errors_that_are_not_finite(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    step = Trainer.train_step

    def spoiled(self: Trainer, *arguments: Any) -> None:
        step(self, *arguments)
        next(self.average.module.parameters()).data.fill_(float("nan"))

    monkeypatch.setattr(Trainer, "train_step", spoiled)
    with pytest.raises(TrainingError, match=r"`data\.water`: .*finite.*held-out"):
        run(settings, tmp_path, "out")
    assert not (tmp_path / "out" / "model.pt").exists()


def test_what_a_training_leaves(settings: Settings, tmp_path: Path) -> None:
    summary = run(settings, tmp_path, "out")
    out = tmp_path / "out"
    assert sorted(p.name for p in out.iterdir()) == [
        "checkpoint.previous.pt",
        "checkpoint.pt",
        "learning_curve.png",
        "metrics.csv",
        "model.pt",
        "train_summary.json",
    ]
    written = json.loads((out / "train_summary.json").read_text())
    assert written["metrics"]["water"]["force_mae"] == summary.metrics["water"].force_mae
    assert written["data"][0]["frames"] == {"training": 8, "validation": 4, "test": 0}
    assert len(written["data"][0]["sha256"]) == 64
    assert written["configuration"]["stages"][1]["name"] == "second"
    header, *rows = (out / "metrics.csv").read_text().splitlines()
    assert header.startswith("stage,step,minutes,learning_rate,")
    assert [row.split(",")[1] for row in rows] == ["4", "8", "12", "13"]

    trained = load_trained(out / "model.pt")
    assert trained.config.species == ("O", "H")
    assert trained.summary == written
    assert len(trained.baseline) == 2
    assert not trained.model.training


@pytest.mark.extended
def test_compiled_steps_are_the_same(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Traced and flattened, but not turned into C++, which takes a minute: tests/train/test_compiled.py does."""
    plain = run(settings, tmp_path, "plain")
    torch._dynamo.reset()
    backend = CompileCounterWithBackend("aot_eager")
    monkeypatch.setattr(torch, "compile", functools.partial(torch.compile, backend=backend))
    compiled = run(settings, tmp_path, "compiled", compile=True)
    assert backend.frame_count == 1
    a, b = (summary.metrics["water"].to_dict() for summary in (plain, compiled))
    assert b == pytest.approx(a, rel=1e-8)


def test_compiled_steps_on_a_gpu_are_refused(settings: Settings, tmp_path: Path) -> None:
    trainer = Trainer(config_from_mapping(settings, tmp_path), tmp_path / "out")
    trainer.config = dataclasses.replace(trainer.config, compile=True)
    trainer.device = torch.device("cuda:0")
    with pytest.raises(TrainingError, match=r"`compile`: .*got yes with `device` cuda:0"):
        trainer.make_predict()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_trained_model_is_read_as_it_was_trained(settings: Settings, tmp_path: Path, dtype: str) -> None:
    settings["dtype"] = dtype
    run(settings, tmp_path, "out")
    kept = torch.load(tmp_path / "out" / "model.pt")["state"]
    model = load_trained(tmp_path / "out" / "model.pt").model
    assert {str(value.dtype) for value in (*model.parameters(), *model.buffers())} == {f"torch.{dtype}"}
    for name, value in model.state_dict().items():
        assert torch.equal(value, kept[name]), name


def test_threads_and_random_numbers_of_the_caller_stay(settings: Settings, tmp_path: Path) -> None:
    settings["threads"] = torch.get_num_threads() + 1
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    run(settings, tmp_path, "out", max_minutes=0.0)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)


def test_device_that_is_not_there(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match=r"`device` cuda:99: .*\d+ GPU"):
        run(settings, tmp_path, "out", device="cuda:99")


def test_training_lowers_the_error(settings: Settings, tmp_path: Path) -> None:
    settings["stages"] = [{"name": "only", "data": {"water": 1}, "steps": 60, "learning_rate": 0.02}]
    settings["validate_every"] = 10
    run(settings, tmp_path, "out")
    rows = [row.split(",") for row in (tmp_path / "out" / "metrics.csv").read_text().splitlines()]
    column = rows[0].index("train_force_rmse")
    assert float(rows[-1][column]) < 0.9 * float(rows[1][column])


def test_stage_by_the_clock_ends(settings: Settings, tmp_path: Path) -> None:
    settings["stages"] = [{"name": "only", "data": {"water": 1}, "minutes": 0.005, "learning_rate": 1e-3}]
    summary = run(settings, tmp_path, "out")
    assert summary.finished
    assert summary.steps >= 1


def test_checkpoint_of_another_architecture(settings: Settings, tmp_path: Path) -> None:
    run(settings, tmp_path, "out", max_minutes=0.0)
    settings["model"]["width"] = 4
    with pytest.raises(TrainingError, match=r"checkpoint.*got another `model`"):
        run(settings, tmp_path, "out")


def test_data_that_changed_between_two_pieces(settings: Settings, tmp_path: Path) -> None:
    settings["max_minutes"] = 0.0
    run(settings, tmp_path, "out")
    frames = tmp_path / "frames.extxyz.gz"
    kept = frames.read_bytes()
    ase.io.write(frames, ase.io.read(frames, ":")[:-1], format="extxyz")
    with pytest.raises(TrainingError, match=r"`data\.water\.path`: .*file"):
        run(settings, tmp_path, "out")
    frames.write_bytes(kept)
    run(settings, tmp_path, "out")


def test_damaged_checkpoint(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "checkpoint.pt").write_bytes(b"PK\x03\x04 nonsense")
    with pytest.raises(TrainingError, match=r"checkpoint\.pt`: .*checkpoint of a training"):
        run(settings, tmp_path, "out")


def test_file_that_is_no_trained_model(settings: Settings, tmp_path: Path) -> None:
    run(settings, tmp_path, "out", max_minutes=0.0)
    path = tmp_path / "out" / "model.pt"
    torch.save({"model": {}, "baseline": []}, path)
    with pytest.raises(TrainingError, match=r"trained model.*\['state', 'summary'\]"):
        load_trained(path)


def test_loss_that_is_not_finite(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tumble.train.trainer.RunningLoss.__call__", lambda *_: torch.tensor(float("nan")))
    with pytest.raises(TrainingError, match=r"stage first, step 0: .*loss, got nan"):
        run(settings, tmp_path, "out")


def test_gradient_that_is_not_finite(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noticed before it is in the weights and in a checkpoint."""
    run(settings, tmp_path, "out", max_minutes=0.0)
    before = (tmp_path / "out" / "checkpoint.pt").read_bytes()
    monkeypatch.setattr("torch.nn.utils.clip_grad_norm_", lambda *_: torch.tensor(float("inf")))
    with pytest.raises(TrainingError, match=r"stage first, step \d: .*gradient, got inf"):
        run(settings, tmp_path, "out", checkpoint_minutes=0.0)
    assert (tmp_path / "out" / "checkpoint.pt").read_bytes() == before


def test_failed_write_keeps_the_last_checkpoint(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(settings, tmp_path, "out", max_minutes=0.0)
    before = (tmp_path / "out" / "checkpoint.pt").read_bytes()

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="No space left on device"):
        run(settings, tmp_path, "out")
    assert (tmp_path / "out" / "checkpoint.pt").read_bytes() == before
    assert not list((tmp_path / "out").glob("*.tmp"))


def test_command_line(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(json.dumps(settings))
    assert main(["train", str(path), "--max-minutes", "0"]) == 3
    assert f"to continue from the last checkpoint: tumble train {path} --max-minutes 0" in capsys.readouterr().err
    assert main(["train", str(path)]) == 0
    assert "water: force MAE" in capsys.readouterr().out
    assert (tmp_path / "small" / "model.pt").exists()
    assert main(["train", str(path), "--max-minutes", "-1"]) == 2
    assert "`max_minutes`: expected at least 0, got -1.0" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    assert "3 if --max-minutes ended it before" in " ".join(capsys.readouterr().out.split())
    path.write_text(json.dumps({**settings, "sede": 1}))
    capsys.readouterr()
    assert main(["train", str(path)]) == 2
    assert "did you mean `seed`?" in capsys.readouterr().err


def test_a_file_in_place_of_the_folder(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("water").write_text(json.dumps(settings))
    assert main(["train", "water"]) == 2
    assert "`config`: expected a folder for the results, got the file `water`; give" in capsys.readouterr().err
    assert main(["train", "water", "--out", "frames.extxyz.gz"]) == 2
    assert "`--out`: expected a folder for the results, got the file `frames.ext" in capsys.readouterr().err
    assert main(["train", "."]) == 1
    assert "`.`: expected the configuration of a training in YAML, got a folder" in capsys.readouterr().err


def pieces(settings: Settings, folder: Path, out: str) -> Summary:
    """The same training in as many calls as possible."""
    while True:
        summary = run(settings, folder, out, max_minutes=0.0)
        if summary.finished:
            return summary


def assert_pieces_equal(settings: Settings, folder: Path) -> Summary:
    whole = run(settings, folder, "whole")
    assert pieces(settings, folder, "pieces").metrics == whole.metrics
    a, b = ((folder / out / "metrics.csv").read_text() for out in ("whole", "pieces"))
    assert without_times(a) == without_times(b)
    a, b = (load_trained(folder / out / "model.pt").model.state_dict() for out in ("whole", "pieces"))
    assert all(torch.equal(value, b[name]) for name, value in a.items())
    return whole


def test_copies_weights_and_bounds_on_edges_resume_exactly(settings: Settings, tmp_path: Path) -> None:
    settings["validate_rotations"] = 2
    settings["data"]["test"] = {"path": "frames.extxyz.gz", "role": "validate"}
    settings["data"]["heavy"] = {"path": "frames.extxyz.gz", "weight": 3.0}
    settings["stages"][1]["data"]["heavy"] = 1
    settings["stages"][0]["steps"] = 2
    settings["stages"][1]["batch_edges"] = 3 * 215  # one or two structures in three copies
    settings["loss"] = {"variance": 1.0, "copies": 3}
    whole = assert_pieces_equal(settings, tmp_path)
    assert whole.metrics.keys() == {"water", "test"}
    assert whole.metrics["test"].symmetry_ratio is not None


def test_patience_resumes_exactly(settings: Settings, tmp_path: Path) -> None:
    settings["validate_every"] = 1
    settings["optimizer"] = {"average": 0.0}
    settings["stages"][0] |= {"learning_rate": 1.0, "patience": 1}
    settings["stages"][1]["steps"] = 2
    assert 2 < assert_pieces_equal(settings, tmp_path).steps < 10


def test_weight_of_a_set_matters(settings: Settings, tmp_path: Path) -> None:
    settings["data"]["other"] = {"path": "frames.extxyz.gz", "weight": 1.0}
    settings["stages"][0]["data"]["other"] = 1
    even = run(settings, tmp_path, "even")
    settings["data"]["other"]["weight"] = settings["data"]["water"]["weight"] = 7.0
    assert run(settings, tmp_path, "both").metrics["water"].force_mae == pytest.approx(even.metrics["water"].force_mae)
    settings["data"]["other"]["weight"] = 0.01
    uneven = run(settings, tmp_path, "uneven").metrics["water"]
    assert uneven.force_mae != pytest.approx(even.metrics["water"].force_mae, rel=1e-6)


def test_patience_keeps_the_best_weights(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings["validate_every"] = 1
    settings["optimizer"] = {"average": 0.0, "weight_decay": 0.0}
    # So high a rate does harm in the end; the second stage hardly changes anything.
    settings["stages"][0] |= {"steps": 200, "learning_rate": 0.3, "warmup": 0.0, "patience": 3}
    settings["stages"][1] |= {"steps": 1, "learning_rate": 1e-30}
    summary = run(settings, tmp_path, "out")
    header, *rows = [line.split(",") for line in (tmp_path / "out" / "metrics.csv").read_text().splitlines()]
    maes = [float(row[header.index("water_force_mae")]) for row in rows]
    first, last = maes[:-1], maes[-1]
    assert summary.steps == len(maes) < 200
    assert first.index(min(first)) == len(first) - 4  # three validations after the best one
    assert last == pytest.approx(min(first), rel=1e-5)
    assert summary.metrics["water"].force_mae == pytest.approx(min(first), rel=1e-5)
    assert f"first ends after {len(first)} steps with the weights of its best validation" in capsys.readouterr().err


def test_stage_that_ends_by_its_steps_keeps_the_best_weights_too(settings: Settings, tmp_path: Path) -> None:
    settings["validate_every"] = 1
    settings["optimizer"] = {"average": 0.0}
    settings["stages"] = [settings["stages"][0] | {"steps": 12, "learning_rate": 0.5, "patience": 100, "final": 1.0}]
    summary = run(settings, tmp_path, "out")
    header, *rows = [line.split(",") for line in (tmp_path / "out" / "metrics.csv").read_text().splitlines()]
    maes = [float(row[header.index("water_force_mae")]) for row in rows]
    assert min(maes) < maes[-1]
    assert summary.metrics["water"].force_mae == pytest.approx(min(maes), rel=1e-5)


def test_out_of_memory(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(settings, tmp_path, "out", max_minutes=0.0)
    before = (tmp_path / "out" / "checkpoint.pt").read_bytes()
    monkeypatch.setattr("tumble.train.trainer.predict", lambda *_, **__: torch.empty(2**60, dtype=torch.uint8))
    with pytest.raises(TrainingError, match=r"stage first: .*memory .*2 structures, 18 atoms"):
        run(settings, tmp_path, "out")
    assert (tmp_path / "out" / "checkpoint.pt").read_bytes() == before


def test_symmetry_error_in_metrics(settings: Settings, tmp_path: Path) -> None:
    settings["validate_rotations"] = 2
    summary = run(settings, tmp_path, "out")
    header, *rows = [line.split(",") for line in (tmp_path / "out" / "metrics.csv").read_text().splitlines()]
    last = dict(zip(header, rows[-1], strict=True))
    symmetry, ratio = float(last["water_force_symmetry_mae"]), float(last["water_symmetry_ratio"])
    assert symmetry > 1.0
    assert ratio == pytest.approx(symmetry / float(last["water_force_mae"]), rel=1e-4)
    assert summary.metrics["water"].force_symmetry_mae == pytest.approx(symmetry, rel=1e-4)
    written = json.loads((tmp_path / "out" / "train_summary.json").read_text())
    assert written["metrics"]["water"]["symmetry_ratio"] == pytest.approx(ratio, rel=1e-4)


def test_checkpoint_of_an_earlier_version(settings: Settings, tmp_path: Path) -> None:
    """It lacks the keys of the configuration that are newer, and what belongs to them."""
    whole = run(settings, tmp_path, "whole")
    run(settings, tmp_path, "out", max_minutes=0.0)
    saved = torch.load(tmp_path / "out" / "checkpoint.pt")
    for key in ("sizes", "baseline", "initial", "best", "data"):
        del saved[key]
    saved["loss"] = [saved["loss"]["energy"], saved["loss"]["forces"]]
    for key in ("initial", "split_seed", "validate_rotations", "rotate"):
        del saved["config"][key]
    del saved["config"]["model"]["kind"]
    del saved["config"]["loss"]["dipole"], saved["config"]["loss"]["variance"], saved["config"]["loss"]["copies"]
    del saved["config"]["data"]["water"]["role"], saved["config"]["data"]["water"]["weight"]
    for stage in saved["config"]["stages"]:
        del stage["batch_edges"], stage["patience"]
    torch.save(saved, tmp_path / "out" / "checkpoint.pt")
    assert run(settings, tmp_path, "out").metrics == whole.metrics


def test_command_line_on_a_full_disk(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(json.dumps(settings))
    assert main(["train", str(path), "--max-minutes", "0"]) == 3
    before = (tmp_path / "small" / "checkpoint.pt").read_bytes()
    capsys.readouterr()

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    assert main(["train", str(path), "--max-minutes", "0"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("tumble: error: `/")
    assert line.endswith("checkpoint.pt`: no space left on device; `checkpoint.pt` is unchanged")
    assert (tmp_path / "small" / "checkpoint.pt").read_bytes() == before
    assert not list((tmp_path / "small").glob("*.tmp"))
    monkeypatch.undo()
    assert main(["train", str(path)]) == 0


def header_of(folder: Path) -> list[str]:
    return (folder / "metrics.csv").read_text().splitlines()[0].split(",")


def molecules(settings: Settings, folder: Path, **more: Any) -> None:
    """Write molecules without forces, with labels under names of their own; change the configuration to them."""
    frames = []
    for k, atoms in enumerate(labeled_frames()):
        atoms.calc = None
        atoms.info |= {"U0_atom": -30.0 + 0.1 * k, "mu": 0.2 * k}
        frames.append(atoms)
    ase.io.write(folder / "molecules.extxyz", frames)
    settings["data"] = {"qm9": {"path": "molecules.extxyz", "energy": "U0_atom", "validation": 3, "test": 2}}
    settings["stages"] = [{"name": "only", "data": {"qm9": 1}, "steps": 5, "learning_rate": 1e-3, "patience": 3}]
    settings |= more


def test_energies_alone(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    molecules(settings, tmp_path, loss={"energy": 1.0, "forces": 0.0}, validate_rotations=2, validate_every=2)
    whole = assert_pieces_equal(settings, tmp_path)
    names = ["energy_mae", "energy_rmse", "energy_mae_shifted", "energy_total_mae", "energy_symmetry_mae"]
    assert header_of(tmp_path / "whole")[4:] == [
        "train_energy_rmse",
        *(f"qm9_{name}" for name in [*names, "symmetry_ratio"]),
    ]
    assert whole.test.keys() == whole.metrics.keys() == {"qm9"}
    assert "weights of its best validation, held-out energy MAE" in capsys.readouterr().err
    path = tmp_path / "small.yaml"
    path.write_text(json.dumps(settings))
    assert main(["train", str(path)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line.split(" MAE ")[0] for line in printed] == ["qm9: energy", "qm9, test: energy"]
    written = json.loads((tmp_path / "small" / "train_summary.json").read_text())
    assert written["test"]["qm9"]["energy_total_mae"] == whole.test["qm9"].energy_total_mae
    assert written["data"][0]["frames"] == {"training": 7, "validation": 3, "test": 2}


def test_test_frames_are_measured_at_the_end_alone(settings: Settings, tmp_path: Path) -> None:
    settings["data"]["water"]["test"] = 2
    unfinished = run(settings, tmp_path, "out", max_minutes=0.0)
    assert (unfinished.test, len(unfinished.metrics)) == ({}, 1)
    finished = run(settings, tmp_path, "out")
    assert finished.test["water"].force_mae != finished.metrics["water"].force_mae
    assert not any("test" in name for name in header_of(tmp_path / "out"))


def test_dipoles(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    register(monkeypatch)
    molecules(settings, tmp_path, loss={"forces": 0.0, "dipole": 1.0})
    settings["data"]["qm9"] |= {"dipole": "mu", "dipole_unit": "debye"}
    with pytest.raises(TrainingError, match=r"`loss\.dipole`: .*kind pet"):
        run(settings, tmp_path, "pet")
    settings["model"] = {"kind": "charges", "species": ["O", "H"], "outputs": ["dipole"]}
    whole = assert_pieces_equal(settings, tmp_path)
    assert "data.qm9: `mu` is the magnitude of each structure's dipole, in debye" in capsys.readouterr().err
    assert "train_dipole_rmse" in header_of(tmp_path / "whole")
    assert whole.metrics["qm9"].dipole_mae is not None
    assert whole.metrics["qm9"].force_mae is None


def test_without_rotations(settings: Settings, tmp_path: Path) -> None:
    trainer = Trainer(config_from_mapping({**settings, "rotate": False}, tmp_path), tmp_path / "out")
    batch, frames = trainer.sampler.batch(0, 3), trainer.sampler.frames(0, 3)
    assert torch.equal(batch.vectors, torch.cat([frame.vectors for frame in frames]))
