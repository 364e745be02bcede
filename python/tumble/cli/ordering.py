"""`tumble ordering`: relaxed energies of proton orderings of ice, and their noise from the symmetry error."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tumble.cli.options import add_frame_options, add_overwrite
from tumble.cli.potential import add_potential, calculator_of, files_read, source_of

if TYPE_CHECKING:
    from tumble.observables.quantities.result import Result


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "ordering",
        help="relaxed energies of proton orderings of ice, and their noise from the symmetry error",
        usage="%(prog)s [options] (MODEL | --calculator MODULE:FACTORY) FRAMES",
        example="tumble ordering water ice-orderings.extxyz",
        description="Relax the structures of a file, which are proton orderings of one crystal, and compare the spread "
        "of their energies with the noise due to the orientation of the crystal.",
    )
    add_potential(parser)
    parser.add_argument("structures", metavar="FRAMES", help="file with the orderings, as ASE reads it")
    parser.add_argument("--cell", action="store_true", help="relax the cell, too")
    parser.add_argument(
        "--force",
        metavar="EV/Å",
        type=float,
        default=0.005,
        help="largest force after relaxation; 0 to skip it (default: 0.005)",
    )
    parser.add_argument(
        "--rotations", metavar="N", type=int, default=32, help="number of random rotations (default: 32)"
    )
    parser.add_argument("--output", "-o", metavar="FILE", type=Path, help="write the result there, as .json")
    parser.add_argument("--relaxed", metavar="FILE", type=Path, help="write the relaxed structures there, as .extxyz")
    add_frame_options(parser)
    add_overwrite(parser, "--overwrite")  # `--force` is something else here
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Relax the structures, print the numbers and write the files."""
    import ase.io
    from tqdm import tqdm

    from tumble.errors import SettingError
    from tumble.frames import read_frames
    from tumble.observables.symmetry.ordering import Ordering
    from tumble.outputs import RELAXED, RESULT, check_distinct, check_output

    if not 0 <= arguments.force < math.inf:
        raise SettingError("force", f"expected 0 or a positive number, got {arguments.force:g}")
    for option, path, kind in (("output", arguments.output, RESULT), ("relaxed", arguments.relaxed, RELAXED)):
        read = files_read(arguments, arguments.structures)
        check_output(option, path, kind, inputs=read, overwrite=arguments.overwrite)
    check_distinct({"output": arguments.output, "relaxed": arguments.relaxed})
    structures = list(read_frames(arguments.structures))
    ordering = Ordering(
        structures,
        calculator_of(arguments),
        cell=arguments.cell,
        largest_force=arguments.force if arguments.force > 0 else None,
        rotations=arguments.rotations,
    )
    with tqdm(total=len(structures), unit=" orderings", disable=None, leave=False) as bar:
        ordering.run(done=bar.update)
    potential = {"potential": source_of(arguments).provenance(), "symmetrize": arguments.symmetrize}
    result = replace(ordering.result, metadata={**ordering.result.metadata, **potential})
    print("\n".join(_page(Path(arguments.structures).name, result)))
    if arguments.output is not None:
        result.to_json(arguments.output)
    if arguments.relaxed is not None:
        for structure in ordering.relaxed:
            structure.info["written_by"] = "tumble ordering"
        ase.io.write(arguments.relaxed, ordering.relaxed, format="extxyz")
    return 0


def _page(label: str, result: Result) -> Iterator[str]:
    """Yield the lines of the page: the energies of all orderings, then their spread and noise."""
    from tumble.observables.quantities.summary_text import summaries

    facts = result.metadata
    yield f"{label}: {facts['orderings']} orderings of {facts['molecules']} molecules, {facts['rotations']} rotations"
    yield ""
    yield "energies relative to their mean, meV per molecule"
    yield f"{'ordering':>8}{'average over rotations':>26}{'as in the file':>18}"
    energies, lab = (result[f"ordering_energies{ending}"] for ending in ("", "_lab"))
    for row, values in enumerate(zip(energies.values, energies.errors, lab.values, strict=True), 1):
        yield "{:8d}{:14.3f} ± {:<9.2g}{:18.3f}".format(row, *values)
    yield ""
    yield from summaries([each for each in result.quantities if not each.axes])
