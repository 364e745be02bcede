"""`tumble info`: the metadata of a model file."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from tumble.cli.terminal import printable
from tumble.counted import counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tumble.metadata import Metadata, Symmetry, SymmetryErrors


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "info",
        help="show the metadata of a model file",
        example="tumble info water",
        description="Print species, cutoff, symmetry error, training data, licence and more.",
    )
    parser.add_argument("model", metavar="MODEL", help="path or name of a model")
    parser.add_argument("--json", action="store_true", help="print all metadata, including the reference structures")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the metadata without loading the model."""
    from tumble import metadata
    from tumble.registry import find_model

    path = find_model(arguments.model)
    document = metadata.read(path)
    print(json.dumps(document, indent=2) if arguments.json else format_metadata(path, document))
    return 0


def format_metadata(path: Path, document: Metadata) -> str:
    """Return the metadata as text, one line for each property."""
    hops = document["depth"]
    reach = f"{document['cutoff']:g} Å" + (f", an atom sees {hops} × that" if hops > 1 else "")
    baseline = zip(document["species"], document["baseline"], strict=True)
    rows = [
        ("model", document["name"]),
        ("file", f"{path} ({path.stat().st_size / 1e6:.2f} MB, format {document['format']['version']})"),
        ("species", ", ".join(document["species"])),
        ("cutoff", reach),
        ("precision", document["dtype"]),
        ("parameters", f"{document['parameters']:,}"),
        ("outputs", ", ".join(document["outputs"])),
        ("baseline", ", ".join(f"{symbol} {energy:.6f} eV" for symbol, energy in baseline)),
        ("memory", f"{document['bytes_per_edge'] / 1e3:.3g} kB per edge"),
        ("symmetry", format_symmetry(document["symmetry"])),
        *(("", text) for text in _symmetry_details(document["symmetry"])),
        *_provenance(document),
        ("references", ", ".join(_describe(r["name"], len(r["symbols"])) for r in document["references"])),
        ("written", _written(document)),
        ("licence", document["licence"]),
        ("citation", document["citation"]),
    ]
    return "\n".join(_row(title, value) for title, value in rows if value)


def _row(title: str, value: str) -> str:
    """Return a property as text, with all lines of its value in one column."""
    first, *others = printable(value).splitlines() or [""]
    return "\n".join([f"{title:12}{first}", *(f"{'':12}{line}" for line in others)])


def format_symmetry(symmetry: Symmetry) -> str:
    """Return the group, kind and error of a symmetry in one phrase."""
    group, energy, force = symmetry["group"], symmetry["energy_error"], symmetry["force_error"]
    if symmetry["kind"] == "exact":
        return f"{group} exact"
    if symmetry["kind"] == "rotations":
        inversion = symmetry.get("under_inversion")
        return "SO(3) exact, inversion " + ("not measured" if inversion is None else _errors(inversion))
    if energy is None or force is None:
        return f"{group} approximate, error not measured"
    return f"{group} approximate, {_errors({'energy_error': energy, 'force_error': force})}"


def _errors(errors: SymmetryErrors) -> str:
    return f"{1e3 * errors['energy_error']:.3g} meV/atom and {1e3 * errors['force_error']:.3g} meV/Å"


def _symmetry_details(symmetry: Symmetry) -> Iterator[str]:
    """Yield what was measured, how, and what follows for a user."""
    rotations, inversion = symmetry.get("under_rotations"), symmetry.get("under_inversion")
    if rotations is not None and inversion is not None:
        yield f"under rotations: {_errors(rotations)}"
        yield f"under inversion: {_errors(inversion)}"
    yield symmetry["how"]
    if symmetry["kind"] == "rotations":
        yield (
            "inversion changes the energy, which the frame torque doesn't show: `symmetrize inversion` removes that "
            "error; compute tumble/symmetry (LAMMPS) and --symmetry-log (tumble drive) measure it"
        )


def _provenance(document: Metadata) -> list[tuple[str, str]]:
    provenance = document["provenance"]
    rows = [
        ("trained on", f"{data['name']}: {data['frames']} structures, sha256 {data['sha256'][:12]}")
        for data in provenance["data"]
    ]
    rows.append(("seeds", ", ".join(f"{name} {seed}" for name, seed in provenance["seeds"].items())))
    metrics = enumerate(provenance["metrics"].items())
    rows.extend(("" if i else "metrics", f"{name}: {_value(value)}") for i, (name, value) in metrics)
    return rows


def _value(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(part)}" for name, part in value.items())
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def _describe(name: str, atoms: int) -> str:
    return f"{name} ({counted(atoms, 'atom')})"


def _written(document: Metadata) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in document["versions"].items())
    return f"{document['created']}, {versions}"
