"""`tumble rotations`: size, exactness and weights of a set of rotations."""

from __future__ import annotations

import argparse
import json
from itertools import chain, repeat
from typing import TYPE_CHECKING

from tumble.set_names import listed

if TYPE_CHECKING:
    from tumble.rotation_sets import Description

_IN_LINE = 5  # weights per line


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "rotations",
        help="count, exactness and weights of a set of rotations",
        example="tumble rotations degree:7+inversion",
        description="Print the number of rotations, degree of exactness (computed from the matrices) and weights of a "
        "set, and the published grids of that degree.",
    )
    parser.add_argument(
        "name",
        metavar="SPEC",
        help=f"set as for the keyword `symmetrize`: {listed()}; or a published grid: legendre:N, ipi-lebedev:N or "
        "lebedev:t; each also with +inversion",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, with the matrices and the weight of each")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the description."""
    from tumble.rotation_sets import describe

    description = describe(arguments.name)
    print(json.dumps(description.to_dict(), indent=2) if arguments.json else format_description(description))
    return 0


def format_description(description: Description) -> str:
    """Return the description of a set as text."""
    rows = [("evaluations", str(description.count)), ("exact to degree", str(description.degree))]
    rows.append(("parity", "exact" if description.parity else "not averaged: what is odd under inversion stays"))
    rows += zip(chain(["weights"], repeat("")), _weights(description), strict=False)
    if description.random:
        kept = f"a set exact to degree {description.degree}, turned" if description.degree > 0 else "uniform"
        rows.append(("drawn", f"for each evaluation: {kept} at random; the mean over draws is unbiased"))
    lines = [description.name, *(f"  {title:18}{text}" for title, text in rows)]
    if description.published:
        lines.append(f"published grids of at least degree {description.degree}:")
        for grid in description.published:
            note = "; some weights are negative" if grid.negative_weights else ""
            lines.append(f"  {grid.name:26}{grid.count:6} evaluations, degree {grid.degree}: {grid.title}{note}")
    return "\n".join(lines)


def _weights(description: Description) -> list[str]:
    """Return lines with the distinct weights and how many rotations have each."""
    weights = description.distinct_weights
    if len(weights) == 1:
        return ["equal"]
    listed = [f"{weight.count} × {weight.value:.6g}" for weight in weights]
    return [", ".join(listed[first : first + _IN_LINE]) for first in range(0, len(listed), _IN_LINE)]
