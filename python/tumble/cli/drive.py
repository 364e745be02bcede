"""`tumble drive`: serve a model to i-PI."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tumble.cli.options import (
    Once,
    add_frame_options,
    add_mode,
    add_model_options,
    add_order,
    add_periodic,
    add_structure,
)
from tumble.drive_status import DriveStatus

if TYPE_CHECKING:
    from tumble import _core


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "drive",
        help="serve a model to i-PI",
        example="tumble drive water --unix my-water --structure water64.xyz",
        description="Connect to an i-PI server and evaluate the structures that it sends, until it sends EXIT.",
        epilog=f"Exit status: {DriveStatus.EXITED} after EXIT, {DriveStatus.NO_SERVER} if no server could be reached, "
        f"{DriveStatus.SERVER_GONE} if the server closed the connection without EXIT, {DriveStatus.NO_FORCES} if a "
        f"structure couldn't be evaluated, {DriveStatus.WRONG_OPTION} for a wrong option, {DriveStatus.ERROR} for any "
        "other error.",
    )
    parser.add_argument("model", metavar="MODEL", help="path or name of a model")
    address = parser.add_mutually_exclusive_group(required=True)
    address.add_argument("--unix", metavar="NAME", help="Unix domain socket: NAME is /tmp/ipi_NAME, or a path")
    address.add_argument(
        "--shm", metavar="NAME", help="the same for mode='shm' of i-PI 3.3, which exchanges numbers by shared memory"
    )
    address.add_argument("--host", metavar="H", help="machine of the server, with --port")
    parser.add_argument("--port", metavar="P", type=int, help="port of the server, with --host")
    add_structure(parser)
    add_periodic(parser)
    parser.add_argument(
        "--patience", metavar="S", type=float, default=60.0, help="seconds to wait for a server (default: 60)"
    )
    parser.add_argument(
        "--connections",
        action=Once,
        metavar="N",
        type=int,
        default=1,
        help="connect N times, and evaluate together what arrives at about the same time, for a server that doesn't "
        "send batches (default: 1)",
    )
    add_order(parser)
    add_symmetry_options(parser)
    add_model_options(parser)
    parser.set_defaults(run=run, usage_error=parser.error)


def add_symmetry_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of rotations and of the log of the symmetry error."""
    add_frame_options(parser)
    add_mode(parser)
    parser.add_argument(
        "--beads",
        action=Once,
        choices=("independent", "shared"),
        default="independent",
        help="random rotations of each bead, or the same of all beads of a step (default: independent)",
    )
    parser.add_argument("--symmetry-log", action=Once, metavar="FILE", type=Path, help="file for the symmetry error")
    parser.add_argument(
        "--symmetry-set",
        action=Once,
        metavar="SET",
        help="set for the symmetry error, with --symmetry-log (default: icosahedral+inversion)",
    )
    parser.add_argument(
        "--symmetry-every",
        action=Once,
        metavar="N",
        type=int,
        help="steps between rows of the log, in rounds through all beads, with --symmetry-log (default: 100)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve a model, with a line on stderr before and after."""
    if (arguments.host is None) != (arguments.port is None):
        arguments.usage_error("--host and --port must be given together, and not with --unix or --shm")
    from tumble import _core
    from tumble.announcement import announcement
    from tumble.drive import chosen_axes, drive, server_address
    from tumble.errors import EvaluationError, ServerConnectionError
    from tumble.frames import read_frames
    from tumble.model_file import load
    from tumble.outputs import SYMMETRY_LOG, check_output, model_and

    check_output(
        "symmetry-log",
        arguments.symmetry_log,
        SYMMETRY_LOG,
        inputs=model_and(arguments.model, arguments.structure),
        overwrite=None,
    )
    atoms = next(read_frames(arguments.structure, "structure"))
    periodic = chosen_axes(atoms, arguments.periodic)
    address = server_address(arguments.unix, arguments.host, arguments.port, arguments.shm)
    symmetrizer = _core.Symmetrizer(arguments.symmetrize, arguments.mode, arguments.seed)
    potential = load(
        arguments.model,
        device=arguments.device,
        memory=arguments.memory,
        check=arguments.check,
        outputs=False,  # i-PI has no use for them
    )
    lines = announcement(
        potential,
        symmetrizer,
        atoms,
        periodic,
        [("beads", arguments.beads), ("address", str(address))],
        speaker="tumble drive",
        task=f"waiting for a server at {address}",
    )
    print("\n".join(lines), file=sys.stderr, flush=True)
    try:
        summary = drive(
            potential,
            atoms,
            unix=arguments.unix,
            shm=arguments.shm,
            host=arguments.host,
            port=arguments.port,
            periodic=periodic,
            patience=arguments.patience,
            connections=arguments.connections,
            symmetrize=arguments.symmetrize,
            mode=arguments.mode,
            seed=arguments.seed,
            beads=arguments.beads,
            symmetry_log=arguments.symmetry_log,
            symmetry_set=arguments.symmetry_set,
            symmetry_every=arguments.symmetry_every,
            order=arguments.order,
            tell=_log,
            ended=_report,
            report=_write_line,
        )
    except ServerConnectionError as error:
        _log(f"error: {error}")
        return DriveStatus.NO_SERVER
    except EvaluationError as error:
        _log(f"error: {error}")
        return DriveStatus.NO_FORCES
    return DriveStatus.EXITED if summary.exited else DriveStatus.SERVER_GONE


def _report(summary: _core.DriveSummary) -> None:
    """Print the summary, for programs and for people."""
    from tumble.drive_summary import summary_words

    _write_line(summary)
    _log(summary_words(summary))


def _write_line(summary: _core.DriveSummary) -> None:
    """Print the summary for programs."""
    from tumble.drive_summary import summary_line

    with suppress(OSError):  # a full disk ends no run
        print(summary_line(summary), file=sys.stderr, flush=True)


def _log(text: str) -> None:
    print(f"tumble drive: {text}", file=sys.stderr, flush=True)
