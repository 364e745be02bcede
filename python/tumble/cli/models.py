"""`tumble models`: list the models that can be used by name."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tumble.cli.terminal import printable


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "models",
        help="list the models that can be used by name",
        description="List the models in the folders of $TUMBLE_MODELS and in the installed package.",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print a table of the models, with a warning for each damaged file."""
    from tumble import _core
    from tumble.errors import ModelFileError
    from tumble.registry import list_models

    rows = [("name", "species", "cutoff", "parameters", "symmetry", "size", "path")]
    for path in list_models():
        try:
            rows.append(_row(path))
        except ModelFileError as error:
            print(f"tumble: warning: {printable(str(error))}", file=sys.stderr)
    if len(rows) == 1:
        print(f"no models in {', '.join(_core.model_folders())}; set $TUMBLE_MODELS to the folder of your models")
        return 0
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print(printable("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()))
    return 0


def _row(path: Path) -> tuple[str, str, str, str, str, str, str]:
    from tumble import metadata
    from tumble.cli.info import format_symmetry

    document = metadata.read(path)
    return (
        path.stem,
        " ".join(document["species"]),
        f"{document['cutoff']:g} Å",
        f"{document['parameters']:,}",
        format_symmetry(document["symmetry"]),
        f"{path.stat().st_size / 1e6:.2f} MB",
        str(path),
    )
