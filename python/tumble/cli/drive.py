"""`tumble drive`: serve a model to i-PI."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tumble.cli.options import Once, add_frame_options, add_model_options
from tumble.waiting import description

if TYPE_CHECKING:
    from ase import Atoms

    from tumble._core import Potential, Symmetrizer

# Exit statuses, for scripts that restart a driver.
NO_SERVER = 3
SERVER_GONE = 4
NO_FORCES = 5


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "drive",
        help="serve a model to i-PI",
        example="tumble drive water --unix my-water --structure water64.xyz",
        description="Connect to an i-PI server and evaluate the structures that it sends, until it sends EXIT.",
        epilog=f"Exit status: 0 after EXIT, {NO_SERVER} if no server could be reached, {SERVER_GONE} if the "
        f"server closed the connection without EXIT, {NO_FORCES} if a structure couldn't be evaluated, 2 for a "
        "wrong option, 1 for any other error.",
    )
    parser.add_argument("model", metavar="MODEL", help="path or name of a model")
    address = parser.add_mutually_exclusive_group(required=True)
    address.add_argument("--unix", metavar="NAME", help="Unix domain socket: NAME is /tmp/ipi_NAME, or a path")
    address.add_argument("--host", metavar="H", help="machine of the server, with --port")
    parser.add_argument("--port", metavar="P", type=int, help="port of the server, with --host")
    parser.add_argument(
        "--structure",
        metavar="FILE",
        type=Path,
        required=True,
        help="structure that i-PI starts from, for the elements in its order",
    )
    parser.add_argument(
        "--periodic",
        metavar="AXES",
        choices=("xyz", "xy", "xz", "yz", "x", "y", "z", "none"),
        help="periodic cell vectors, such as xyz, xy or none, which i-PI doesn't send (default: those of the "
        "structure if ASE reads a cell from it, else xyz)",
    )
    parser.add_argument(
        "--patience", metavar="S", type=float, default=60.0, help="seconds to wait for a server (default: 60)"
    )
    parser.add_argument(
        "--order",
        action=Once,
        choices=("check", "trust"),
        default="check",
        help="trust: don't compare the first geometry with the structure, for runs in which atoms of different "
        "elements have exchanged positions since (default: check)",
    )
    add_symmetry_options(parser)
    add_model_options(parser)
    parser.set_defaults(run=run, usage_error=parser.error)


def add_symmetry_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of rotations and of the log of the symmetry error."""
    add_frame_options(parser)
    parser.add_argument(
        "--mode",
        action=Once,
        choices=("average", "correction"),
        default="average",
        help="correction: what averaging adds to the bare model, for multiple time stepping (default: average)",
    )
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
        arguments.usage_error("--host and --port must be given together, and not with --unix")
    from tumble import _core
    from tumble.drive import drive, periodic_axes, server_address
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
    periodic = periodic_axes(atoms) if arguments.periodic is None else arguments.periodic
    periodic = "" if periodic == "none" else periodic
    address = server_address(arguments.unix, arguments.host, arguments.port)
    symmetrizer = _core.Symmetrizer(arguments.symmetrize, arguments.mode, arguments.seed)
    potential = load(
        arguments.model,
        device=arguments.device,
        memory=arguments.memory,
        check=arguments.check,
        outputs=False,  # i-PI has no use for them
    )
    _announce(potential, symmetrizer, atoms, periodic, arguments.beads, str(address))
    try:
        summary = drive(
            potential,
            atoms,
            unix=arguments.unix,
            host=arguments.host,
            port=arguments.port,
            periodic=periodic,
            patience=arguments.patience,
            symmetrize=arguments.symmetrize,
            mode=arguments.mode,
            seed=arguments.seed,
            beads=arguments.beads,
            symmetry_log=arguments.symmetry_log,
            symmetry_set=arguments.symmetry_set,
            symmetry_every=arguments.symmetry_every,
            order=arguments.order,
            tell=_log,
        )
    except ServerConnectionError as error:
        _log(f"error: {error}")
        return NO_SERVER
    except EvaluationError as error:
        _log(f"error: {error}")
        return NO_FORCES
    _log(f"{summary.evaluations} evaluations; {summary.reason}")
    return 0 if summary.exited else SERVER_GONE


def _announce(
    potential: Potential, symmetrizer: Symmetrizer, atoms: Atoms, periodic: str, beads: int, address: str
) -> None:
    """Print what is served, for users and as one line for programs."""
    from tumble import _core
    from tumble.atom_order import elements_in_order

    facts: list[tuple[str, str | int | float]] = [
        ("atoms", len(atoms)),
        ("periodic", periodic),
        ("beads", beads),
        ("address", address),
    ]
    _log(
        f"model {potential.metadata.name} on {potential.device}, {_threads(_core.threads())}, "
        f"{len(atoms)} atoms, periodic along {periodic or 'nothing'}, symmetrize {symmetrizer}; "
        f"waiting for a server at {address}"
    )
    print(_core.run_line("i-pi", potential, symmetrizer, facts), file=sys.stderr, flush=True)
    if potential.metadata.breaks_parity_alone and not symmetrizer.averages_parity:
        _log(
            "inversion changes the model's energy, which the frame torque doesn't show; `--symmetrize inversion` "
            "removes that error, `--symmetry-log FILE` measures it"
        )
    enough = potential.metadata.sufficient_set
    if enough and len(symmetrizer) > len(_core.Symmetrizer(enough)):
        _log(
            f"this model needs only `--symmetrize {enough}`: it is exact under further rotations, which cost time and "
            "change rounding alone"
        )
    # i-PI sends neither elements nor masses, so only the user can check that both sides have the same order.
    _log(f"elements in the order of the structure file: {elements_in_order(list(atoms.symbols))}")


def _threads(count: int) -> str:
    return "1 thread" if count == 1 else f"up to {count} threads ({description()})"


def _log(text: str) -> None:
    print(f"tumble drive: {text}", file=sys.stderr, flush=True)
