"""Check that a few minutes of training overfit a few frames, which shows that a training can learn at all.

    OMP_NUM_THREADS=2 python benchmarks/overfit.py [FRAMES] [--count 20] [--minutes 5] [--out FOLDER] [--json FILE]

The script draws `count` training frames and as many held-out frames, all from different groups, trains a small PET on
the former through `tumble.train`, and compares mean absolute errors of force components: of the training frames after
one step, of the training frames at the end, and of the held-out frames at the end. A sound training ends below a tenth
of its first error, and below three quarters of the held-out error. The second limit isn't lower, since each frame is
turned at random each time that it is used, and can't be memorized in one orientation. Exit status 1 if one of the two
conditions fails."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.io import write

import tumble
from tumble.accuracy import ErrorSums
from tumble.errors import FramesError, TumbleError
from tumble.evaluate import evaluate
from tumble.frames import read_frames
from tumble.train import TrainConfig, config_from_mapping, train
from tumble.trained import export_trained

FRAMES = Path("inputs/training/data/water-dft.extxyz.gz")
LEARNED = 1 / 10  # largest error at the end, relative to the first error of the training frames
OVERFITTED = 3 / 4  # largest error at the end, relative to the error of the held-out frames

# A short cutoff: a step costs less than half of one with 4 Å, and it takes many epochs to overfit.
MODEL = {
    "species": ["O", "H"],
    "cutoff": 3.0,
    "cutoff_width": 1.0,
    "width": 64,
    "heads": 4,
    "radial": 16,
    "feedforward": 128,
    "message_layers": 2,
    "attention_layers": 1,
}
STAGE = {"name": "overfit", "data": {"few": 1}, "batch": 1, "learning_rate": 4e-3, "warmup": 0.02, "final": 0.01}


@dataclass(frozen=True)
class Outcome:
    """Force errors, MAE in meV/Å, and the rms of the training frames' forces.

    Attributes:
        frames: Number of training frames, and of held-out frames.
        minutes: Time of training.
        steps: Steps of the optimizer.
        rms_force: Root of the mean square force of the training frames.
        first: Error of the training frames after one step.
        training: Error of the training frames at the end.
        held_out: Error of the held-out frames at the end.
    """

    frames: int
    minutes: float
    steps: int
    rms_force: float
    first: float
    training: float
    held_out: float

    @property
    def learned(self) -> bool:
        """Return whether the error of the training frames is far below that at the start."""
        return self.training < LEARNED * self.first

    @property
    def overfitted(self) -> bool:
        """Return whether the error of the training frames is far below that of the held-out frames."""
        return self.training < OVERFITTED * self.held_out


def draw(frames: Sequence[Atoms], count: int, key: str, seed: int) -> tuple[list[Atoms], list[Atoms]]:
    """Return training frames and held-out frames, all from different groups.

    Args:
        frames: All frames.
        count: Number of frames of each kind.
        key: Key of the info of a frame that names its group; a frame without it is a group of its own.
        seed: Seed of the choice.

    Raises:
        FramesError: If there are too few groups.
    """
    groups: dict[object, Atoms] = {}
    for i in np.random.default_rng(seed).permutation(len(frames)):
        groups.setdefault(frames[i].info.get(key, f"frame {i}"), frames[i])
    chosen = list(groups.values())[: 2 * count]
    if len(chosen) < 2 * count:
        raise FramesError(
            f"expected at least {2 * count} groups of frames, half of them to hold out, got {len(chosen)}"
        )
    return chosen[:count], chosen[count:]


def configuration(frames: Path, minutes: float, seed: int, **budget: float) -> TrainConfig:
    """Return the configuration of the training, with `max_minutes` if it is given."""
    content = {
        "model": MODEL,
        "data": {"few": {"path": frames.name}},
        "stages": [{**STAGE, "minutes": minutes}],
        "loss": {"energy": 0.1, "forces": 1.0, "huber": 0.2},
        "optimizer": {"name": "muon", "weight_decay": 0.0, "clip": 2.0, "average": 0.99},
        "seed": seed,
        "dtype": "float32",
        "device": "cpu",
        "validate_every": 250,
    }
    given = os.environ.get("OMP_NUM_THREADS", "")
    threads = {"threads": int(given)} if given.isdigit() and int(given) > 0 else {}
    return config_from_mapping({**content, **threads, **budget}, frames.parent)


def force_error(folder: Path, path: Path) -> float:
    """Return the MAE of the forces of a training's model on a file, meV/Å."""
    model = export_trained(folder, folder / "overfit.pt", name="overfit", count=1, rotations=2)
    found = evaluate(tumble.load(model), path, batch=1).forces
    assert found is not None  # the training refuses frames without forces
    return 1000 * found.mae


def overfit(folder: Path, chosen: tuple[list[Atoms], list[Atoms]], minutes: float, seed: int) -> Outcome:
    """Train in a folder.

    Raises:
        TumbleError: If the frames can't be trained on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    training, held_out = folder / "training.extxyz", folder / "held-out.extxyz"
    for path, frames in zip((training, held_out), chosen, strict=True):
        write(path, frames)
    # A budget of zero ends the call after the first step; the second call continues from there.
    train(configuration(training, minutes, seed, max_minutes=0.0), folder)
    first = force_error(folder, training)
    summary = train(configuration(training, minutes, seed), folder)
    squares = ErrorSums()
    for atoms in chosen[0]:
        squares.add(1000 * atoms.get_forces())
    return Outcome(
        frames=len(chosen[0]),
        minutes=summary.minutes,
        steps=summary.steps,
        rms_force=squares.errors().rmse,
        first=first,
        training=force_error(folder, training),
        held_out=force_error(folder, held_out),
    )


def describe(outcome: Outcome) -> str:
    """Return the table and the verdicts."""
    rows = [
        f"{outcome.frames} frames to train on, as many held out; {outcome.steps} steps, {outcome.minutes:.1f} minutes",
        f"  {'rms force, training frames':34}{outcome.rms_force:9.1f} meV/Å",
        f"  {'force MAE after one step, training':34}{outcome.first:9.1f} meV/Å",
        f"  {'force MAE at the end, training':34}{outcome.training:9.1f} meV/Å",
        f"  {'force MAE at the end, held out':34}{outcome.held_out:9.1f} meV/Å",
        verdict("first error", outcome.training, outcome.first, LEARNED),
        verdict("held-out error", outcome.training, outcome.held_out, OVERFITTED),
    ]
    return "\n".join(rows)


def verdict(of: str, error: float, reference: float, most: float) -> str:
    """Return one of the two conditions, and whether it holds."""
    word = "as it should be" if error < most * reference else "NOT MET"
    return f"training error: expected below {most:.2f} of the {of}, got {error / reference:.2f}: {word}"


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("frames", metavar="FRAMES", nargs="?", type=Path, default=FRAMES, help="(default: %(default)s)")
    parser.add_argument("--count", type=int, default=20, help="frames to train on (default: %(default)s)")
    parser.add_argument("--group", default="group", help="key of a frame that names its group (default: %(default)s)")
    parser.add_argument("--minutes", type=float, default=5.0, help="of training (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of everything (default: %(default)s)")
    parser.add_argument("--out", metavar="FOLDER", type=Path, help="keep the training there, a folder without one")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the errors there")
    arguments = parser.parse_args(words)
    if arguments.count < 1:
        parser.error(f"--count: expected at least 1, got {arguments.count}")
    if not arguments.minutes > 0:
        parser.error(f"--minutes: expected a time above 0, got {arguments.minutes:g}")
    if arguments.out and arguments.out.exists():
        parser.error(f"--out: expected a folder that doesn't exist yet, got {arguments.out}")
    try:
        chosen = draw(list(read_frames(arguments.frames)), arguments.count, arguments.group, arguments.seed)
        with tempfile.TemporaryDirectory(prefix="tumble-overfit-") as temporary:
            folder = arguments.out or Path(temporary)
            outcome = overfit(folder, chosen, arguments.minutes, arguments.seed)
    except TumbleError as error:
        print(error, file=sys.stderr)
        return 1
    print(describe(outcome))
    if arguments.json:
        document = {**asdict(outcome), "learned": outcome.learned, "overfitted": outcome.overfitted}
        document = {**document, "unit": "meV/Å", "model": MODEL, "stage": STAGE}
        arguments.json.write_text(json.dumps(document, indent=2) + "\n")
    return 0 if outcome.learned and outcome.overfitted else 1


if __name__ == "__main__":
    sys.exit(main())
