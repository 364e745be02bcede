"""`tumble check`: the audit of a model file or of any ASE calculator."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tumble.cli.options import Once, add_overwrite
from tumble.cli.potential import add_potential, files_read, source_of

if TYPE_CHECKING:
    from collections.abc import Callable

_SPECTRUM_OF_MODELS = 3


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "check",
        help="audit of a model or of any ASE calculator before production",
        usage="%(prog)s [options] (MODEL | --calculator MODULE:FACTORY) FRAMES",
        example="tumble check water frames.extxyz --fail-above gradient-forces=1,cutoff-energy=0.1",
        description="Ask a potential which laws it keeps: rotations, inversion, translations and permutations, forces "
        "and virial against its energy, smoothness at the cutoff, rounding, batches, size of the system. Each answer "
        "is a number, with what rounding alone would give.",
        epilog="docs/check.md explains each number. Exit status: 1 if a limit is exceeded or a check fails, 2 for a "
        "wrong option.",
    )
    add_potential(parser)
    parser.add_argument("frames", metavar="FRAMES", help="file with structures")
    parser.add_argument(
        "--count", metavar="N", type=int, default=3, help="largest number of structures from FRAMES (default: 3)"
    )
    parser.add_argument(
        "--rotations", metavar="N", type=int, help="random rotations, each also with its improper partner (default: 8)"
    )
    parser.add_argument("--seed", action=Once, metavar="N", type=int, default=0, help="of all choices (default: 0)")
    parser.add_argument(
        "--spectrum",
        metavar="L",
        type=int,
        help="highest degree l, of the first structure; 0 for none (default: 3; 0 for a calculator)",
    )
    parser.add_argument(
        "--cutoff", metavar="LENGTH", type=float, help="of a calculator, Å; a model file states its own"
    )
    parser.add_argument(
        "--fail-above",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="exit status 1 if a number of the page is above VALUE, in its unit; several with commas",
    )
    parser.add_argument("--json", metavar="FILE", type=Path, help="write all numbers there")
    add_overwrite(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the checks, print the page, write the file, and compare with the limits."""
    from tumble.audit.limits import exceeded, parse_limits
    from tumble.audit.options import DEFAULT_ROTATIONS, Options
    from tumble.audit.page import format_audit
    from tumble.audit.registry import CHECKS
    from tumble.audit.run import audit
    from tumble.errors import ConfigurationError
    from tumble.files import write_atomically
    from tumble.json_text import json_text
    from tumble.outputs import CHECK, check_output
    from tumble.trained import first_frames

    limits = parse_limits(arguments.fail_above)
    if arguments.count < 1:
        raise ConfigurationError(f"`count`: expected an integer above 0, got {arguments.count}")
    spectrum = arguments.spectrum
    if spectrum is None:
        spectrum = 0 if arguments.calculator is not None else _SPECTRUM_OF_MODELS
    rotations = DEFAULT_ROTATIONS if arguments.rotations is None else arguments.rotations
    options = Options(rotations, arguments.seed, spectrum)
    options.check()
    read = files_read(arguments, arguments.frames)
    check_output("json", arguments.json, CHECK, inputs=read, overwrite=arguments.overwrite)
    _check_cutoff(arguments)
    source = source_of(arguments)
    structures = first_frames(Path(arguments.frames), arguments.count)
    subject = source.open()
    if arguments.cutoff is not None:
        subject.cutoff = arguments.cutoff
    with _progress(len(CHECKS)) as done:
        result = audit(subject, structures, options, label=Path(arguments.frames).name, done=done)
    print(format_audit(result))
    if arguments.json is not None:
        document = result.to_dict() | {"provenance": source.provenance()}
        write_atomically(arguments.json, json_text(document, indent=2).encode())
    broken = exceeded(result, limits)
    for sentence in broken:
        print(f"tumble: {sentence}", file=sys.stderr)
    return 1 if broken or result.failed else 0


def _check_cutoff(arguments: argparse.Namespace) -> None:
    from tumble.errors import ConfigurationError

    if arguments.cutoff is None:
        return
    if arguments.calculator is None:
        raise ConfigurationError("`cutoff`: expected none for a model file, which states its own")
    if not 0.0 < arguments.cutoff < 1e3:
        raise ConfigurationError(f"`cutoff`: expected a length above 0 in Å, got {arguments.cutoff:g}")


@contextmanager
def _progress(checks: int) -> Iterator[Callable[[str], None]]:
    """Yield a function that counts the checks in a bar on a terminal."""
    from tqdm import tqdm

    with tqdm(total=checks, unit=" checks", disable=None, leave=False) as bar:

        def done(title: str) -> None:
            bar.set_postfix_str(title)
            bar.update()

        yield done
