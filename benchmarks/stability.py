"""Check that a model is stable in LAMMPS at 0.5 fs: liquid water, and molecules and clusters in the gas phase.

    OMP_NUM_THREADS=2 python benchmarks/stability.py [--systems nvt nve molecule dimer hexamer] [--model water]
        [--steps 100000] [--nve-steps 40000] [--equilibration 5000] [--gas-steps 200000] [--json FILE]

- `nvt`, `nve`: 64 molecules of liquid, at 300 K and at constant energy (`stability_liquid.py`).
- `molecule`, `dimer`, `hexamer`: NVE with open boundaries from a relaxed structure (`stability_gas.py`).

In each frame every oxygen must have its own two hydrogens within 1.35 Å, and nearer than any other
(`benchmarks/wholeness.py`). Exit status 1 if a molecule broke or a run failed. Each part is one run of `lmp` in a
folder of its own, which keeps trajectories and log. A part that was finished before, for the same model and inputs,
isn't run again. The summary, a JSON file, keeps earlier parts of the same model, so parts may be run one by one, or at
the same time; `failed` has the reasons why parts failed."""

from __future__ import annotations

import argparse
import fcntl
import json
import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import stability_gas
import stability_liquid
from model_provenance import ModelIdentity, identify
from stability_run import EVERY, TIMESTEP, simulate

from tumble.errors import TumbleError
from tumble.files import write_atomically

FEWEST = 100  # steps of each run, so that there are enough frames for blocks
UNITS = {"temperature": "K", "distance": "angstrom", "torque": "eV/rad", "time": "ps"}

Document = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """A part that reached its end: its table, its part of the summary, and whether no molecule broke."""

    table: str
    summary: Document
    whole: bool


def run_part(name: str, arguments: argparse.Namespace, model: ModelIdentity) -> Outcome:
    """Run a part, or return a finished one.

    Raises:
        TumbleError: If it fails.
    """
    folder = arguments.out / name
    if name in stability_liquid.SEEDS:
        steps = arguments.steps if name == "nvt" else arguments.nve_steps
        kind, energy, job = stability_liquid, "eV/atom", stability_liquid.job(name, steps, arguments.equilibration)
    else:
        kind, energy, job = stability_gas, "eV/molecule", stability_gas.job(name, arguments.gas_steps)
    finished = simulate(folder, job, model)
    found = kind.analyze(name, folder, finished)
    summary = {**asdict(found), "units": {**UNITS, "energy": energy}, "versions": finished.versions}
    whole = found.molecules.first_break is None
    return Outcome(kind.describe(name, found, finished, job.steps), summary, whole)


def merge(earlier: Document, model: Document, name: str, outcome: Document | str) -> Document:
    """Add a part to a summary.

    Args:
        earlier: Summary so far, or nothing; parts of another model are dropped.
        model: Identity of the model.
        name: Name of the part.
        outcome: Outcome of the part, or the reason why it failed.

    Returns:
        The summary; `whole` is true if no part failed and no molecule broke in any part.
    """
    if earlier.get("model", {}).get("sha256") != model["sha256"]:
        earlier = {}
    parts, failed = ({k: v for k, v in earlier.get(key, {}).items() if k != name} for key in ("parts", "failed"))
    if isinstance(outcome, str):
        failed[name] = outcome
    else:
        parts[name] = outcome
    whole = not failed and all(part["molecules"]["first_break"] is None for part in parts.values())
    return {"model": model, "timestep": TIMESTEP, "whole": whole, "parts": parts, "failed": failed}


def plain(value: Any) -> Any:
    """Return values for JSON: paths as text, and None for infinite numbers and NaN."""
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, Path):
        return str(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def read_summary(path: Path) -> Document:
    """Return the summary in a file; empty if there is none."""
    return dict(json.loads(path.read_text())) if path.is_file() else {}


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait until no other process holds the lock, which is a file."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def count(text: str) -> int:
    """Return a number of steps from the command line."""
    if not text.isdigit() or int(text) < FEWEST or int(text) % EVERY:
        raise argparse.ArgumentTypeError(f"expected a multiple of {EVERY} from {FEWEST}, got {text}")
    return int(text)


def parse(words: Sequence[str] | None) -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [*stability_liquid.SEEDS, *stability_gas.SYSTEMS]
    parser.add_argument("--systems", nargs="+", choices=names, default=names, metavar="PART", help=", ".join(names))
    parser.add_argument("--model", default="water", help="path or name (default: %(default)s)")
    parser.add_argument("--steps", type=count, default=100000, help="of `nvt` (default: %(default)s)")
    parser.add_argument("--nve-steps", type=count, default=40000, help="of `nve` (default: %(default)s)")
    parser.add_argument("--equilibration", type=count, default=5000, help="steps before `nve` (default: %(default)s)")
    parser.add_argument("--gas-steps", type=count, default=200000, help="of NVE, gas phase (default: %(default)s)")
    parser.add_argument("--out", metavar="FOLDER", type=Path, default=Path("build/stability"))
    parser.add_argument("--json", metavar="FILE", type=Path, help="summary (default: summary.json in FOLDER)")
    arguments = parser.parse_args(words)
    if arguments.json and not arguments.json.parent.is_dir():
        parser.error(f"--json: expected a file in an existing folder, got {arguments.json}")
    return arguments


def main(words: Sequence[str] | None = None) -> int:
    arguments = parse(words)
    model = identify(arguments.model)
    path = arguments.json or arguments.out / "summary.json"
    arguments.out.mkdir(parents=True, exist_ok=True)
    earlier = read_summary(path).get("model", {}).get("sha256", model.sha256)
    if earlier != model.sha256:
        print(f"`{path}` is of another model, {earlier[:12]}, and will be replaced", file=sys.stderr)
    sound = True
    print(f"model {model.name} ({model.path}, SHA-256 {model.sha256[:12]}, {model.dtype})")
    for name in dict.fromkeys(arguments.systems):
        found: Document | str
        try:
            outcome = run_part(name, arguments, model)
        except TumbleError as error:
            print(f"{name}: {error}", file=sys.stderr)
            sound, found = False, str(error)
        else:
            print(f"\n{outcome.table}", flush=True)
            sound, found = sound and outcome.whole, outcome.summary
        with locked(path.with_name(f".{path.name}.lock")):
            # Read again: another process may have added a part while this one ran.
            document = merge(read_summary(path), asdict(model), name, found)
            write_atomically(path, (json.dumps(plain(document), indent=2, allow_nan=False) + "\n").encode())
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
