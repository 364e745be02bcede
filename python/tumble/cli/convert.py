"""`tumble convert`: turn a model of another package into a model file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tumble.cli.options import add_overwrite
from tumble.convert.kinds import KINDS

if TYPE_CHECKING:
    from tumble.convert import Conversion


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "convert",
        help="turn a model of another package into a model file",
        example="tumble convert sevennet 7net-0 -o 7net-0.pt",
        description="Write a model file for LAMMPS, i-PI and ASE from a model of another package, in an environment "
        "with this package; compare it with the package's own ASE calculator, and measure its symmetry error. "
        + " ".join(f"{kind.name}: {kind.source}{_options(kind.options)}." for kind in KINDS.values()),
    )
    parser.add_argument("kind", metavar="KIND", choices=tuple(KINDS), help=", ".join(KINDS))
    parser.add_argument("source", metavar="SOURCE", help="file, folder or name of the model")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="model file to write")
    parser.add_argument(
        "--elements", metavar="ELEMENT", nargs="+", help="keep only these elements (default: all that the model knows)"
    )
    parser.add_argument(
        "--references",
        metavar="FRAMES",
        type=Path,
        help="structures of the kind that the model is for, stored in the file and checked at each load "
        "(default: random structures)",
    )
    parser.add_argument(
        "--count", metavar="N", type=int, default=3, help="largest number of structures from FRAMES (default: 3)"
    )
    parser.add_argument("--dtype", choices=("float32", "float64"), help="precision (default: that of the source)")
    parser.add_argument(
        "--option", metavar="NAME=VALUE", action="append", default=[], help="a choice of the kind, named above"
    )
    parser.add_argument("--name", help="short name of the model (default: that of the source)")
    parser.add_argument("--licence", help="licence of the weights (default: what the source states)")
    parser.add_argument("--citation", help="what to cite (default: what the source states)")
    add_overwrite(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Convert the model, and print the differences from the package and the contents of the file."""
    from tumble.cli.info import format_symmetry
    from tumble.convert import convert
    from tumble.convert.converted import Request
    from tumble.errors import ConfigurationError
    from tumble.outputs import MODEL, check_output
    from tumble.trained import first_frames

    if arguments.count < 1:
        raise ConfigurationError(f"`count`: expected an integer above 0, got {arguments.count}")
    source = Path(arguments.source)
    inputs = [source, *(source.iterdir() if source.is_dir() else ())]
    inputs += [] if arguments.references is None else [arguments.references]
    check_output("output", arguments.output, MODEL, inputs=inputs, overwrite=arguments.overwrite)
    conversion = convert(
        arguments.kind,
        Request(arguments.source, arguments.elements, arguments.dtype, _choices(arguments.option)),
        arguments.output,
        references=[] if arguments.references is None else first_frames(arguments.references, arguments.count),
        name=arguments.name,
        licence=arguments.licence,
        citation=arguments.citation,
    )
    print(format_differences(conversion))
    document = conversion.metadata
    print(
        f"wrote {conversion.path}: {document['parameters']:,} parameters, {len(document['species'])} elements, cutoff "
        f"{document['cutoff']:g} Å, depth {document['depth']}, {conversion.path.stat().st_size / 1e6:.2f} MB, "
        f"{format_symmetry(document['symmetry'])}",
        file=sys.stderr,
    )
    return 0


def format_differences(conversion: Conversion) -> str:
    """Return a table of the differences between the model file and the package's own calculator."""
    if not conversion.differences:
        return "the package has no ASE calculator to compare with"
    lines = [
        f"{'compared with the package':28}{'atoms':>6}{'energy, eV':>16}{'difference':>12}"
        f"{'forces, eV/Å':>14}{'difference':>12}"
    ]
    lines += [
        f"{each.name[:27]:28}{each.atoms:6d}{each.energy:16.6f}{each.energy - each.expected_energy:12.1e}"
        f"{each.largest_force:14.4f}{each.force:12.1e}"
        for each in conversion.differences
    ]
    return "\n".join(lines)


def _choices(words: list[str]) -> dict[str, str]:
    from tumble.errors import ConfigurationError

    choices: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name or not value or name in choices:
            raise ConfigurationError(f"`option`: expected NAME=VALUE, each name once, got `{word}`")
        choices[name] = value
    return choices


def _options(options: dict[str, str]) -> str:
    return "" if not options else "; options " + ", ".join(f"{name} ({text})" for name, text in options.items())
