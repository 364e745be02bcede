"""Driver for i-PI, which evaluates the model for a server over a socket. The core implements the protocol.

i-PI always sends a cell, but neither its periodic directions nor the elements of the atoms, so the driver takes them
from a structure.
"""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike, fspath

from ase import Atoms

from tumble import _core
from tumble.atom_order import check_order
from tumble.errors import ConfigurationError
from tumble.interruption import signals_interrupt
from tumble.structures import to_structure

_CONSOLIDATED = (
    "the server consolidates its messages: if a driver is killed (SIGKILL, out of memory), it may wait forever; "
    "<consolidate_messages> False </consolidate_messages> in its ffsocket prevents that"
)


def drive(
    potential: _core.Potential,
    atoms: Atoms,
    *,
    unix: str | None = None,
    shm: str | None = None,
    host: str | None = None,
    port: int | None = None,
    periodic: str | None = None,
    patience: float = 60.0,
    connections: int = 1,
    symmetrize: str = "none",
    mode: str = "average",
    seed: int | None = None,
    beads: str = "independent",
    symmetry_log: str | PathLike[str] | None = None,
    symmetry_set: str | None = None,
    symmetry_every: int | None = None,
    order: str = "check",
    tell: Callable[[str], None] = lambda text: None,
    ended: Callable[[_core.DriveSummary], None] | None = None,
    report: Callable[[_core.DriveSummary], None] | None = None,
) -> _core.DriveSummary:
    """Serve an i-PI server until it ends.

    Args:
        potential: Loaded model; it is warmed up before it connects to the server.
        atoms: Structure that i-PI starts from. Its elements, their order and its periodic directions are used; its
            positions only to check the order of i-PI's atoms.
        unix: Unix domain socket of the server: NAME for /tmp/ipi_NAME, or an absolute path.
        shm: The same for a server that exchanges numbers by shared memory, mode="shm" of i-PI 3.3, instead of `unix`;
            such a server has one driver, with one connection.
        host: Name of the server's machine; used with `port`, instead of `unix`.
        port: Port of the server.
        periodic: Cell vectors along which the structure is periodic, among `x`, `y` and `z`; "" for open
            boundaries. The default is `periodic_axes`.
        patience: Seconds to wait for a server.
        connections: Number of connections. Each looks like a driver to the server, and structures that arrive at about
            the same time are evaluated together.
        symmetrize: Rotations over which each structure is averaged, such as `icosahedral` or `random+inversion`.
        mode: `average`, or `correction` for the average minus the energy in the lab frame.
        seed: Seed of random rotations, which depend only on it and on the geometry.
        beads: `independent` for random rotations of each bead, `shared` for the same rotations of all beads of a step.
        symmetry_log: File for the symmetry error; continued if it exists.
        symmetry_set: Set over which the symmetry error is measured, independent of `symmetrize`; icosahedral+inversion
            by default.
        symmetry_every: Interval of logged rounds through the beads, the first round being logged; 100 by default.
        order: `check` to compare the first geometry with the structure, `trust` if atoms of different elements have
            exchanged positions since.
        tell: Called with messages for the user: about the server, after its first structure, and when one of several
            connections is lost.
        ended: Called with what this function returns, however the run ends: also before it raises an exception.
        report: Called once a minute with the result until then.

    Returns:
        Number of structures evaluated, how many came together, where the time went, and how the run ended.

    Raises:
        ConfigurationError: If not exactly one address is given, an option has an impossible value, or the log
            can't be written.
        StructureError: If the model lacks an element, or the server's atoms have another order.
        ServerConnectionError: If no server can be reached.
        ProtocolError: If the server breaks the protocol or has another number of atoms.
        EvaluationError: If a structure can't be evaluated.
        Terminated: A `KeyboardInterrupt`, for the signals of `tumble.interruption`.
    """
    axes = periodic_axes(atoms) if periodic is None else periodic
    check_choices(order, axes)
    address = server_address(unix, host, port, shm)
    species = to_structure(atoms, potential.metadata.species).species

    def look_at(first: _core.FirstMessage) -> None:
        if order == "check":
            check_order(atoms, first.structure)
        if first.consolidated:
            tell(_CONSOLIDATED)

    with signals_interrupt():
        return _core.drive(
            potential,
            address,
            species,
            [axis in axes for axis in "xyz"],
            patience=patience,
            connections=connections,
            symmetrize=symmetrize,
            mode=mode,
            seed=seed,
            beads=beads,
            symmetry_log="" if symmetry_log is None else fspath(symmetry_log),
            symmetry_set=symmetry_set,
            symmetry_every=symmetry_every,
            first=look_at,
            lost=lambda reason: tell(f"lost a connection ({reason}); another is opened in its place"),
            ended=ended,
            report=report,
        )


def check_choices(order: str, axes: str) -> None:
    """Check the options `order` and `periodic`, the latter as letters.

    Raises:
        ConfigurationError: If one has an impossible value.
    """
    if order not in ("check", "trust"):
        raise ConfigurationError(f"`order`: expected check or trust, got {order}")
    if not set(axes) <= set("xyz"):
        raise ConfigurationError(f"`periodic`: expected letters among x, y and z, got {axes}")


def server_address(unix: str | None, host: str | None, port: int | None, shm: str | None = None) -> _core.Address:
    """Return the address of a server; as text it has the form that a user writes.

    Raises:
        ConfigurationError: If neither one name alone nor both a host and a port are given, or one of these is invalid.
    """
    match (unix, shm, host, port):
        case (str(), None, None, None):
            return _core.Address.unix_domain(unix)
        case (None, str(), None, None):
            return _core.Address.shared_memory(shm)
        case (None, None, str(), int()):
            return _core.Address.tcp(host, port)
    raise ConfigurationError(
        f"address: expected one of `unix`, `shm`, and `host` with `port`, got unix={unix}, shm={shm}, host={host}, "
        f"port={port}"
    )


def chosen_axes(atoms: Atoms, word: str | None) -> str:
    """Return the letters of the periodic cell vectors that a user chose.

    Args:
        atoms: Structure, for the default.
        word: Letters, or `none` for open boundaries; None for `periodic_axes`.
    """
    if word is None:
        return periodic_axes(atoms)
    return "" if word == "none" else word


def periodic_axes(atoms: Atoms) -> str:
    """Return the letters of the cell vectors along which a structure is periodic; all three if it has no cell.

    ASE doesn't read the cell of i-PI's xyz files, and a liquid must not lose its periodic images because of the file
    format.
    """
    if atoms.cell.rank == 0:
        return "xyz"
    return "".join(axis for axis, periodic in zip("xyz", atoms.pbc, strict=True) if periodic)
