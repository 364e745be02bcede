"""Print what each l carries in the trained networks of the study of QM9: `tumble irreps`, over seeds.

    python benchmarks/qm9_irreps.py FOLDER [--degrees 01234] [--size 3000] [--count 100]

For energies and dipoles, on the same molecules of the test: shares of power and gradient in a layer, participation
ratio, and the increase of the mean absolute error if an l is zeroed or permuted among atoms; see docs/irreps.md. Each
number is the mean over seeds ± their standard deviation, which is what other trainings change. Networks for dipoles
have no gradient share, since that is one of the energy. Results are kept in the folder of each training.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from qm9_cases import CHECKED_SIZE, SEEDS, Case
from qm9_table import head, line, spread
from qm9_train import is_current, summary

from tumble.files import write_atomically
from tumble.irreps.ablation import PERMUTED, ZEROED
from tumble.irreps.batches import load_whole
from tumble.irreps.run import analyze_irreps
from tumble.irreps.selection import spread_frames
from tumble.json_text import json_text
from tumble.labels import LabelNames
from tumble.trained import export_trained

NAMES = {"energy": LabelNames(energy="U0_atom"), "dipole": LabelNames(dipole="mu", dipole_unit="debye")}
WAYS = (ZEROED, PERMUTED)
GRADIENT = "gradient_share"
Document = dict[str, Any]  # of `tumble irreps --json`


def analyzed(case: Case, folder: Path, count: int) -> Document | None:
    """Return the analysis of a training that came to its end, which is kept in its folder."""
    out = folder / case.name
    if summary(out) is None:
        return None
    kept = out / f"irreps-{count}.json"
    if not is_current(kept, out):
        test = folder / "test.extxyz"
        with tempfile.TemporaryDirectory() as temporary:
            path = Path(temporary) / "exported.pt"
            export_trained(out, path, name=case.name, references=test, count=1)
            result = analyze_irreps(load_whole(path, "cpu"), spread_frames(test, count), names=NAMES[case.target])
        write_atomically(kept, json_text(result.to_dict(), indent=2).encode())
    found: Document = json.loads(kept.read_text())
    return found


def table(target: str, found: Sequence[Document]) -> Iterator[str]:
    """Yield the rows of each layer and l, and then those of all layers at once."""
    unit = found[0]["units"][target]
    columns = ("power, %", "gradient, %", "ratio", *(f"{way}, {unit}" for way in WAYS))
    yield from head("layer", "l", "channels", *columns)
    for place, part in enumerate(found[0]["parts"]):
        same = [each["parts"][place] for each in found]
        power, gradient = (cell([_value(each[key], 100.0) for each in same]) for key in ("power_share", GRADIENT))
        ratio = cell([each["participation_ratio"] for each in same])
        names = (part["layer"], part["l"], part["channels"])
        yield line(*names, power, gradient if target == "energy" else "–", ratio, *losses(target, same))
    for irrep in found[0]["everywhere"]:
        same = [each["everywhere"][irrep] for each in found]
        yield line("all", irrep[:-1], "", "", "", "", *losses(target, same))


def losses(target: str, effects: Sequence[Document]) -> list[str]:
    return [cell([_value((each[way][target] or {}).get("loss")) for each in effects]) for way in WAYS]


def cell(values: Sequence[float | None]) -> str:
    """Return mean and standard deviation over seeds, or a dash if one has no number."""
    known = [value for value in values if value is not None]
    return spread(known, 1) if len(known) == len(values) else "–"


def _value(estimate: Document | None, factor: float = 1.0) -> float | None:
    return None if estimate is None else factor * estimate["value"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--degrees", default="01234")
    parser.add_argument("--size", type=int, default=CHECKED_SIZE)
    parser.add_argument("--count", type=int, default=100)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for target in NAMES:
        cases = [Case(target, arguments.degrees, "parameters", arguments.size, seed) for seed in SEEDS]
        results = (analyzed(case, arguments.folder, arguments.count) for case in cases)
        found = [each for each in results if each is not None]
        if not found:
            continue
        intact = spread([each["errors"][target] for each in found], 1)
        unit = found[0]["units"][target]
        print(f"\n{target}, {arguments.size} molecules, {len(found)} seeds, MAE {intact} {unit}\n")
        print("\n".join(table(target, found)))


if __name__ == "__main__":
    main()
