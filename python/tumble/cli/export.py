"""`tumble export`: turn a training result into a model file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tumble.cli.options import add_overwrite


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "export",
        help="turn a training result into a model file",
        example="tumble export TRAINING-FOLDER -o my-water.pt --name my-water",
        description="Write a model file for LAMMPS, i-PI and ASE from the results of `tumble train`, and measure its "
        "symmetry error with random rotations of the reference structures.",
    )
    parser.add_argument("checkpoint", metavar="CHECKPOINT", type=Path, help="folder of a training, or its model.pt")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="model file to write")
    parser.add_argument("--name", required=True, help="short name of the model")
    parser.add_argument(
        "--references",
        metavar="FRAMES",
        type=Path,
        help="reference structures, stored in the file and checked at each load (default: first of each training file)",
    )
    parser.add_argument(
        "--count", metavar="N", type=int, default=3, help="largest number of reference structures (default: 3)"
    )
    parser.add_argument(
        "--rotations", metavar="N", type=int, default=8, help="rotations of each structure, also inverted (default: 8)"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the rotations (default: 0)")
    parser.add_argument("--dtype", choices=("float32", "float64"), help="precision (default: that of the training)")
    parser.add_argument("--licence", default="not stated", help="licence of the weights")
    parser.add_argument("--citation", default="not stated", help="what to cite")
    add_overwrite(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the file, and print its contents on stderr."""
    from tumble import metadata
    from tumble.cli.info import format_symmetry
    from tumble.outputs import MODEL, check_output
    from tumble.train.summary import progress
    from tumble.trained import continuation, export_trained

    check_output("output", arguments.output, MODEL, inputs=_inputs(arguments), overwrite=arguments.overwrite)
    path = export_trained(
        arguments.checkpoint,
        arguments.output,
        name=arguments.name,
        references=arguments.references,
        count=arguments.count,
        rotations=arguments.rotations,
        seed=arguments.seed,
        dtype=arguments.dtype,
        licence=arguments.licence,
        citation=arguments.citation,
    )
    document = metadata.read(path)
    done = document["provenance"]["metrics"]
    if not done["finished"]:
        length = progress({**done, "configuration": document["provenance"]["configuration"]})
        print(
            f"note: the training isn't finished ({length}), and the file says so; continue it with "
            f"`{continuation(arguments.checkpoint)}`",
            file=sys.stderr,
        )
    print(
        f"wrote {path}: {document['parameters']:,} parameters, {path.stat().st_size / 1e6:.2f} MB, "
        f"{format_symmetry(document['symmetry'])}",
        file=sys.stderr,
    )
    return 0


def _inputs(arguments: argparse.Namespace) -> list[Path]:
    """Return all files of the training, and the file with references."""
    checkpoint: Path = arguments.checkpoint
    files = list(checkpoint.iterdir()) if checkpoint.is_dir() else [checkpoint]
    return files if arguments.references is None else [*files, arguments.references]
