"""Audit every potential that its package, or a file at hand, brings, and print the tables of docs/audit.md.

    python benchmarks/audit_table.py FOLDER [--peers .peers] [--metatrain CHECKPOINT] [--n2p2 FOLDER] [--only NAME ...]
                                     [--count 3] [--rotations 8] [--seed 0]

Each potential is converted and audited by the `tumble` commands that this prints, one after another, on one thread,
with the Python of its environment in `--peers` (tests/peers/environments.sh makes them) or with this one. Frames, model
files and `NAME.json` go to FOLDER. What is there isn't computed again, so an interrupted run continues, and slow
potentials can have a smaller `--count`.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ase.io
from audit_structures import structures

ROOT = Path(__file__).parents[1]
ELEMENTS = ("--elements", "O", "H")


Document = dict[str, Any]
Cell = Callable[[Document], str]


@dataclass(frozen=True)
class Potential:
    """What is audited: a model file from `convert`, an installed model, or a calculator `module:factory`."""

    name: str
    environment: str | None = None  # None: this Python
    convert: tuple[str, ...] = ()
    calculator: tuple[str, ...] = ()


PACKAGED = (
    Potential("water"),
    Potential("water-equivariant"),
    *(
        Potential(name, "sevennet", ("sevennet", name, *ELEMENTS, *options))
        for name, options in {
            "7net-0": (),
            "7net-0_22may2024": (),
            "7net-mf-0": ("--option", "modal=PBE"),
            "7net-l3i5": (),
        }.items()
    ),
    *(
        Potential(name, "chgnet", calculator=(f"benchmarks.audit_chgnet:{factory}", "--cutoff", "6"))
        for name, factory in {"CHGNet 0.3.0": "chgnet", "CHGNet r2SCAN": "chgnet_r2scan"}.items()
    ),
)


class Auditor:
    def __init__(self, arguments: argparse.Namespace) -> None:
        self.folder: Path = arguments.folder.resolve()
        self.peers: Path = arguments.peers.absolute()
        self.options = ["--spectrum", 0]
        for name in ("count", "rotations", "seed"):
            self.options += [f"--{name}", getattr(arguments, name)]
        self.folder.mkdir(parents=True, exist_ok=True)
        self.frames = self.folder / "frames.extxyz"
        ase.io.write(self.frames, structures(arguments.seed))

    def document(self, potential: Potential) -> Document | None:
        """Return what `tumble check --json` wrote; None if a command failed before that."""
        stem = potential.name.replace(" ", "-")
        model, results = self.folder / f"{stem}.pt", self.folder / f"{stem}.json"
        subject: tuple[object, ...] = (potential.name,)
        if potential.calculator:
            subject = ("--calculator", *potential.calculator)
        elif potential.convert:
            subject = (model,)
            if not (model.exists() or results.exists()):
                self._run(potential, "convert", *potential.convert, "-o", model)
        if not results.exists():
            self._run(potential, "check", *subject, self.frames, *self.options, "--json", results)
        return json.loads(results.read_text()) if results.exists() else None

    def _run(self, potential: Potential, *words: object) -> None:
        python = Path(sys.executable)
        if potential.environment is not None:
            python = self.peers / potential.environment / "bin/python"
        print("tumble", shlex.join(map(str, words)), file=sys.stderr, flush=True)
        variables = {**os.environ, "OMP_NUM_THREADS": "1", "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
        command = [str(python), "-m", "tumble", *map(str, words)]
        subprocess.run(command, cwd=ROOT, env=variables, stdout=sys.stderr, check=False)


def group(document: Document) -> str:
    words: str = document["symmetry"]
    name, colon, _ = words.partition(": ")
    if colon:
        return name
    broken, _, rest = words.partition("; ")
    return rest.removesuffix(" alone are exact") or broken


def number(name: str) -> Cell:
    """Return a function that shows a measure: bold if rounding doesn't explain it, else what rounding could hide."""

    def cell(document: Document) -> str:
        for measure in (each for check in document["checks"] for each in check["measures"]):
            if measure["name"] == name:
                if measure["noise"]:
                    return f"{measure['value']:.2g}"
                bound = max(measure["value"], 5.0 * measure["rounding"])
                return f"< {bound:.2g}" if measure["exact"] else f"**{measure['value']:.3g}**"
        return "–"

    return cell


SYMMETRY: tuple[tuple[str, Cell], ...] = (
    ("exact group", group),
    ("rotations, meV/atom", number("rotation-energy")),
    ("meV/Å", number("rotation-forces")),
    ("inversion, meV/atom", number("inversion-energy")),
    ("meV/Å", number("inversion-forces")),
    ("translation, meV/Å", number("translation-forces")),
    ("permutation, meV/Å", number("permutation-forces")),
    ("noise, meV/atom", number("rounding-energy")),
    ("meV/Å", number("rounding-forces")),
)
CONSISTENCY: tuple[tuple[str, Cell], ...] = (
    ("structures", lambda document: str(document["structures"])),
    ("evaluations", lambda document: str(document["evaluations"])),
    ("forces, meV/Å", lambda document: f"{1e3 * document['force_rms']:.0f}"),
    ("against the gradient, meV/Å", number("gradient-forces")),
    ("virial, meV/atom", number("virial")),
    ("cutoff, meV", number("cutoff-energy")),
    ("meV/Å", number("cutoff-forces")),
    ("two copies, meV/atom", number("extensivity-energy")),
    ("float64, meV/atom", number("precision-energy")),
)


def table(documents: dict[str, Document], columns: Sequence[tuple[str, Cell]]) -> Iterator[str]:
    yield "| model | " + " | ".join(name for name, _ in columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    for name, document in documents.items():
        yield "| " + " | ".join([name, *(cell(document) for _, cell in columns)]) + " |"


def failures(documents: dict[str, Document]) -> Iterator[str]:
    for name, document in documents.items():
        for check in document["checks"]:
            if check["failed"] is not None:
                yield f"* {name}: `{check['name']}` fails: {check['failed']}"


def chosen(arguments: argparse.Namespace) -> Sequence[Potential]:
    potentials = list(PACKAGED)
    if arguments.metatrain is not None:
        source = str(arguments.metatrain.resolve())
        potentials.insert(1, Potential("PET (metatrain)", "metatrain", ("metatrain", source, *ELEMENTS)))
    if arguments.n2p2 is not None:
        potentials.append(Potential("n2p2", None, ("n2p2", str(arguments.n2p2.resolve()), "--dtype", "float64")))
    return [each for each in potentials if not arguments.only or each.name in arguments.only]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peers", type=Path, default=Path(os.environ.get("TUMBLE_PEERS", ROOT / ".peers")))
    parser.add_argument("--metatrain", type=Path, help="checkpoint of a PET")
    parser.add_argument("--n2p2", type=Path, help="folder of n2p2 or RuNNer")
    parser.add_argument("--only", nargs="+", default=())
    parser.add_argument("--count", type=int, default=3)
    parser.add_argument("--rotations", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    auditor = Auditor(arguments)
    found = {each.name: auditor.document(each) for each in chosen(arguments)}
    documents = {name: document for name, document in found.items() if document is not None}
    print("\n".join([*table(documents, SYMMETRY), "", *table(documents, CONSISTENCY), "", *failures(documents)]))
    for name in found.keys() - documents.keys():
        print(f"* {name}: not audited; the error is above")


if __name__ == "__main__":
    main()
