"""Driver for i-PI: serves the model to a server over a socket. The protocol is the core's.

i-PI always sends a cell, and can't say along which of its vectors a structure is periodic or which elements its atoms
are, so the driver has to know.
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
    "the server consolidates its messages: if a driver is killed (SIGKILL, no memory left), it may stall for good, "
    "which <consolidate_messages> False </consolidate_messages> in its ffsocket prevents"
)


def drive(
    potential: _core.Potential,
    atoms: Atoms,
    *,
    unix: str | None = None,
    host: str | None = None,
    port: int | None = None,
    periodic: str | None = None,
    patience: float = 60.0,
    symmetrize: str = "none",
    mode: str = "average",
    seed: int | None = None,
    beads: str = "independent",
    symmetry_log: str | PathLike[str] | None = None,
    symmetry_set: str | None = None,
    symmetry_every: int | None = None,
    order: str = "check",
    tell: Callable[[str], None] = lambda text: None,
) -> _core.DriveSummary:
    """Serve an i-PI server until it ends.

    Args:
        potential: Loaded model; it is warm before the server learns of it.
        atoms: Structure that i-PI starts from. Its elements, their order and its periodic directions are used; its
            positions only to see whether i-PI's atoms come in that order.
        unix: Unix domain socket of the server: NAME stands for /tmp/ipi_NAME, an absolute path for itself.
        host: Name of the server's machine, with `port` instead of `unix`.
        port: Port of the server.
        periodic: Cell vectors along which the structure is periodic, among `x`, `y` and `z`; "" for open
            boundaries. By default those of `periodic_axes`.
        patience: Seconds to wait for a server.
        symmetrize: Frames from which each structure is seen, such as `icosahedral` or `random+inversion`.
        mode: `average`, or `correction` for what averaging adds to the energy in the lab frame.
        seed: Of random frames, which depend on it and on the geometry alone.
        beads: `independent` for random frames of each bead, `shared` for those of all beads of a step.
        symmetry_log: File for the symmetry error; continued if it exists.
        symmetry_set: Set over which that is measured, whatever `symmetrize` is; by default icosahedral+inversion.
        symmetry_every: Rounds through the beads from one that is logged to the next, the first being logged; by
            default 100.
        order: `check` to compare the first geometry with the structure, `trust` where atoms of different elements have
            changed places since.
        tell: Called with what people should know about a server once it has sent a structure.

    Returns:
        Number of structures evaluated and how the run ended.

    Raises:
        ConfigurationError: If not exactly one address is given, an option has an impossible value, or the log
            can't be written.
        StructureError: If an element isn't the model's, or the server's atoms come in another order.
        ServerConnectionError: If no server can be reached.
        ProtocolError: If the server breaks the protocol or has another number of atoms.
        EvaluationError: If a structure can't be evaluated.
        Terminated: A `KeyboardInterrupt`, for the signals of `tumble.interruption`.
    """
    if order not in ("check", "trust"):
        raise ConfigurationError(f"`order`: expected check or trust, got {order}")
    address = server_address(unix, host, port)
    axes = periodic_axes(atoms) if periodic is None else periodic
    if not set(axes) <= set("xyz"):
        raise ConfigurationError(f"`periodic`: expected letters among x, y and z, got {axes}")
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
            symmetrize=symmetrize,
            mode=mode,
            seed=seed,
            beads=beads,
            symmetry_log="" if symmetry_log is None else fspath(symmetry_log),
            symmetry_set=symmetry_set,
            symmetry_every=symmetry_every,
            first=look_at,
        )


def server_address(unix: str | None, host: str | None, port: int | None) -> _core.Address:
    """Return the address of a server; its text is what a user would write.

    Raises:
        ConfigurationError: If it isn't either a name or both a host and a port, or one of these is
            impossible.
    """
    if unix is not None and host is None and port is None:
        return _core.Address.unix_domain(unix)
    if unix is None and host is not None and port is not None:
        return _core.Address.tcp(host, port)
    raise ConfigurationError(
        f"address: expected either `unix` or both `host` and `port`, got unix={unix}, host={host}, port={port}"
    )


def periodic_axes(atoms: Atoms) -> str:
    """Return the letters of the cell vectors along which a structure is periodic.

    That is what it says itself if it has a cell, and all of them if it has none, as for i-PI's own xyz files,
    whose cell ASE doesn't read: a liquid must not lose its periodic images because of its file's format.
    """
    if atoms.cell.rank == 0:
        return "xyz"
    return "".join(axis for axis, periodic in zip("xyz", atoms.pbc, strict=True) if periodic)
