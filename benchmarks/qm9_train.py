"""Train the networks of the study of QM9 in docs/irreps.md; benchmarks/qm9_table.py prints its tables.

    python benchmarks/qm9_train.py QM9.extxyz.gz FOLDER [--workers 2] [--steps 3000] [--only TEXT ...]

Each case is one `tumble train` on one thread, and `--workers` of them run at the same time. Finished trainings aren't
repeated and interrupted ones continue, so the command can be stopped and started again; a finished one with another
number of steps is an error. The first call splits the molecules: 2000 for the test, the same for all cases, and the
rest for training, in a random order. `--only` takes the cases whose names contain one of the texts, such as
`energy-parameters-3000`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import ase.io
import numpy as np
import yaml
from qm9_cases import Case, cases, configuration

from tumble.frames import read_frames

TESTS = 2000


def split(data: Path, folder: Path) -> None:
    """Write the molecules into two files, unless they are there."""
    if (folder / "training.extxyz").exists():
        return
    molecules = list(read_frames(data))
    order = np.random.default_rng(1).permutation(len(molecules))
    for name, part in {"test": order[:TESTS], "training": order[TESTS:]}.items():
        ase.io.write(folder / f"{name}.extxyz", [molecules[k] for k in part])


def summary(out: Path) -> dict[str, Any] | None:
    """Return the summary of a training that came to its end."""
    path = out / "train_summary.json"
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"finished": False}
    return found if found["finished"] else None


def is_current(kept: Path, out: Path) -> bool:
    """Return whether a file of results is newer than the model of the training that they are from."""
    return kept.exists() and kept.stat().st_mtime > (out / "model.pt").stat().st_mtime


def train(case: Case, folder: Path, steps: int) -> bool:
    """Run one training to its end, and return whether that succeeded."""
    before = summary(folder / case.name)
    if before is not None:
        if before["steps"] != steps:
            print(case.name, f"failed: expected {steps} steps, got a training of {before['steps']}; use another folder")
        return bool(before["steps"] == steps)
    path = folder / f"{case.name}.yaml"
    path.write_text(yaml.safe_dump(configuration(case, steps), sort_keys=False))
    command = [sys.executable, "-m", "tumble", "train", str(path)]
    variables = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    print(case.name, "done" if done.returncode == 0 else f"failed: {done.stderr.strip()[-500:]}", flush=True)
    return done.returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--only", nargs="+", default=[""])
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    split(arguments.data, arguments.folder)
    chosen = [case for case in cases() if any(text in case.name for text in arguments.only)]
    with ThreadPoolExecutor(arguments.workers) as pool:
        succeeded = list(pool.map(partial(train, folder=arguments.folder, steps=arguments.steps), chosen))
    sys.exit(0 if all(succeeded) else 1)


if __name__ == "__main__":
    main()
