"""`tumble ffdirect`: write the block of an i-PI input that runs a model inside i-PI."""

from __future__ import annotations

import argparse

from tumble.cli.options import add_frame_options, add_mode, add_model_options, add_order, add_periodic, add_structure


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "ffdirect",
        help="write the block of an i-PI input for a model inside i-PI",
        example="tumble ffdirect water --structure water64.xyz --batch-size 8",
        description="Write the `ffdirect` of an i-PI input that runs a model in i-PI's own process, without a driver. "
        "File names are written as they are given: relative ones count from the folder where i-PI runs.",
    )
    parser.add_argument("model", metavar="MODEL", help="path or name of a model")
    add_structure(parser)
    parser.add_argument("--name", default="tumble", help="name of the forcefield (default: tumble)")
    parser.add_argument(
        "--batch-size", metavar="N", type=int, default=1, help="beads that are evaluated together (default: 1)"
    )
    add_periodic(parser)
    add_order(parser)
    add_frame_options(parser)
    add_mode(parser)
    add_model_options(parser)
    parser.set_defaults(run=run, usage_error=parser.error)


def run(arguments: argparse.Namespace) -> int:
    """Check what can be checked without evaluating the model, and print the block."""
    if arguments.batch_size < 1:
        arguments.usage_error(f"`--batch-size`: expected a number from 1, got {arguments.batch_size}")
    from xml.sax.saxutils import escape, quoteattr

    from tumble import _core, ipi_pes, metadata
    from tumble.frames import read_frames
    from tumble.ipi_parameters import IpiParameters, write_parameters
    from tumble.registry import find_model
    from tumble.structures import to_structure

    _core.Symmetrizer(arguments.symmetrize, arguments.mode, arguments.seed)
    atoms = next(read_frames(arguments.structure, "structure"))
    to_structure(atoms, metadata.read(find_model(arguments.model))["species"])
    parameters = IpiParameters(
        model=arguments.model,
        template=str(arguments.structure),
        periodic=arguments.periodic,
        symmetrize=arguments.symmetrize,
        mode=arguments.mode,
        seed=arguments.seed,
        order=arguments.order,
        device=arguments.device,
        memory=arguments.memory,
        check=arguments.check,
    )
    # Unless threaded, i-PI hangs if the number of beads isn't a multiple of the size of its batches.
    print(
        f"<ffdirect name={quoteattr(arguments.name)} threaded='True'>\n"
        f"  <pes> custom </pes>\n"
        f"  <pes_path> {escape(ipi_pes.__file__)} </pes_path>\n"
        f"  <batch_size> {arguments.batch_size} </batch_size>\n"
        f"  <parameters> {escape(write_parameters(parameters))} </parameters>\n"
        f"</ffdirect>"
    )
    return 0
