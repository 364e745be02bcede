"""The command `tumble`.

Each subcommand is a module with `add_parser(subparsers)`, which defines its arguments, and `run(arguments)`, which
returns the exit status. Slow imports happen only in `run`, so that `tumble --help` answers at once.

Exit status, as for other programs: 0 for success, 1 for a failure, 2 for a wrong command line or a wrong setting
(`ConfigurationError`), 130 after an interruption, 128 + N after signal N (143 for SIGTERM, 129 for SIGHUP), 141 if the
reader closes the output early (`tumble ... | head`).
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
    check,
    compare,
    convert,
    demo,
    drive,
    evaluate,
    export,
    ffdirect,
    info,
    ipi_check,
    irreps,
    models,
    new,
    ordering,
    probe,
    report,
    rotations,
    run,
    train,
)
from tumble.cli.parser import ExampleParser
from tumble.cli.terminal import fit_output, open_closed_streams, printable
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
        convert,
        info,
        evaluate,
        rotations,
        probe,
        check,
        irreps,
        train,
        new,
        ipi_check,
        drive,
        ffdirect,
        run,
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
    """Return the parsed arguments of a command line, or exit with an error message."""
    parser = build_parser()
    arguments, left = parser.parse_known_args(argv)
    if left:
        lists = getattr(arguments, "observables", None) is not None
        hint = "; separate names of observables by commas without blanks, as in `msd,rdf`" if lists else ""
        if getattr(arguments, "calculator", None) is not None and not left[0].startswith("-"):
            hint = "; `--calculator` takes the place of MODEL"
        parser.error(f"unrecognized arguments: {' '.join(left)}{hint}")
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and return the exit status."""
    open_closed_streams()
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
    """Run a command; print errors of tumble and of the system as one line."""
    set_waiting()
    # Imported here, since it loads the compiled core.
    from tumble.errors import ConfigurationError, TumbleError

    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except (TumbleError, OSError) as error:
        if isinstance(error, BrokenPipeError) and _nobody_reads():
            # Python writes the rest of its buffer there when it exits.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 141
        print(f"tumble: error: {printable(_words(error))}", file=sys.stderr)
        return 2 if isinstance(error, ConfigurationError) else 1
    return status


def _say(text: str) -> None:
    """Write to stderr, which may be closed: after SIGHUP the terminal is gone."""
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def _words(error: Exception) -> str:
    """Return the message of an error; for errors of the system in the usual form: file, then reason."""
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    reason = error.strerror[:1].lower() + error.strerror[1:]
    return reason if error.filename is None else f"`{os.fsdecode(error.filename)}`: {reason}"


def _nobody_reads() -> bool:
    """Return whether the pipe of the standard output is broken, rather than a pipe to another process."""
    poll = select.poll()
    try:
        poll.register(sys.stdout.fileno(), 0)
    except OSError:  # not a file
        return False
    return bool(poll.poll(0))
