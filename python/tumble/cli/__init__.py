"""The command `tumble`.

Each subcommand is a module with `add_parser(subparsers)`, which says what it takes, and `run(arguments)`,
which returns the exit status. What is heavy is imported only in `run`, so that `tumble --help` answers at
once.

Exit status: 0 for success, 1 for a failure, 2 for a wrong command line, 130 after an interruption, 128 + N after
signal N (143 for SIGTERM, 129 for SIGHUP), 141 if nobody reads the output to its end (`tumble ... | head`), as for
other programs.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import select
import sys
from collections.abc import Sequence

from tumble.cli import (
    analyze,
    compare,
    demo,
    drive,
    evaluate,
    export,
    info,
    models,
    ordering,
    probe,
    report,
    rotations,
    train,
)
from tumble.cli.parser import ExampleParser
from tumble.cli.terminal import fit_output, printable
from tumble.interruption import Terminated, signals_interrupt
from tumble.version import __version__
from tumble.waiting import set_waiting


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="tumble",
        description="Approximately rotation-invariant machine-learning potentials in LAMMPS, i-PI and ASE.",
    )
    parser.add_argument("--version", action="version", version=f"tumble {__version__}")
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser] = parser.add_subparsers(
        title="commands", metavar="COMMAND", required=True, parser_class=ExampleParser
    )
    for command in (
        export,
        info,
        evaluate,
        rotations,
        probe,
        train,
        drive,
        analyze,
        compare,
        report,
        ordering,
        models,
        demo,
    ):
        command.add_parser(subparsers)
    return parser


def _parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the arguments of a command line, or end with what is wrong in it."""
    parser = build_parser()
    arguments, left = parser.parse_known_args(argv)
    if left:
        lists = getattr(arguments, "observables", None) is not None
        hint = "; names of observables have commas between them and no blanks, as in `msd,rdf`" if lists else ""
        parser.error(f"unrecognized arguments: {' '.join(left)}{hint}")
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and return the exit status."""
    fit_output()
    try:
        with signals_interrupt():
            return _run(_parsed(argv))
    except Terminated as ending:
        _say(f"tumble: {ending}")
        return ending.status
    except KeyboardInterrupt:
        _say("tumble: interrupted")
        return 130


def _run(arguments: argparse.Namespace) -> int:
    """Run a command; errors that are raised on purpose become a line."""
    set_waiting()
    # Only now, since it loads the compiled core.
    from tumble.errors import TumbleError

    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except (TumbleError, OSError) as error:
        if isinstance(error, BrokenPipeError) and _nobody_reads():
            # What is still in Python's buffer goes there as it exits.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 141
        print(f"tumble: error: {printable(_words(error))}", file=sys.stderr)
        # Errors that know of a wrong command line say so.
        return int(getattr(error, "exit_status", 1))
    return status


def _say(text: str) -> None:
    """Write to stderr, which may be gone: after SIGHUP the terminal is."""
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def _words(error: Exception) -> str:
    """Return an error in the form of all others: the file, then what is wrong."""
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    reason = error.strerror[:1].lower() + error.strerror[1:]
    return reason if error.filename is None else f"`{os.fsdecode(error.filename)}`: {reason}"


def _nobody_reads() -> bool:
    """Return whether it is the pipe of the output that is broken, and not one to another process."""
    poll = select.poll()
    try:
        poll.register(sys.stdout.fileno(), 0)
    except OSError:  # not a file
        return False
    return bool(poll.poll(0))
