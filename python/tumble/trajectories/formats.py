"""Which format a file has: told from its beginning, not its name, where that is possible."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from tumble.errors import TrajectoryError
from tumble.trajectories.ase_xyz import ExtendedXYZ
from tumble.trajectories.frames import FrameSource
from tumble.trajectories.ipi_pdb import IPIPDB
from tumble.trajectories.ipi_xyz import IPIXYZ
from tumble.trajectories.lammps_dump import LammpsDump
from tumble.trajectories.mdanalysis_parts import formats
from tumble.trajectories.reader_frames import ReaderFrames
from tumble.trajectories.text_frames import TextFrames
from tumble.trajectories.trajectory_file import check_file
from tumble.units.lammps import LammpsUnits

_HEAD = 1 << 12
# Formats that are read here, in the order in which files are looked at: every xyz is an extended one.
_TEXTS: tuple[type[TextFrames], ...] = (IPIXYZ, ExtendedXYZ, IPIPDB, LammpsDump)
#: Binary formats: where they have what.
_MAGIC = {"DCD": (4, b"CORD"), "NCDF": (0, b"CDF"), "XTC": (0, b"\x00\x00\x07\xcb"), "TRR": (0, b"\x00\x00\x07\xc9")}
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
# Formats of MDAnalysis that would be taken for those above, by a name that doesn't fit.
_OWN = {"XYZ", "LAMMPSDUMP", "TUMBLE", "RINGPOLYMER", "IPIXYZ", *_MAGIC}
KNOWN = ", ".join([*(source.title for source in _TEXTS), "dcd, xtc, trr, netcdf"])


def open_frames(
    path: str | PathLike[str],
    *,
    units: LammpsUnits | None = None,
) -> FrameSource | None:
    """Opens a file of frames.

    Args:
        path: The file.
        units: Style of units of LAMMPS.

    Returns:
        The frames; None if the format isn't known.

    Raises:
        TrajectoryError: If it can't be read.
    """
    head = _read_head(path)
    for source in _TEXTS:
        if source.recognizes(head):
            return source(path, units)
    for kind, (place, magic) in _MAGIC.items():
        if head[place : place + len(magic)] == magic:
            return ReaderFrames(path, kind, units=units)
    kind = Path(path).suffix[1:].upper()
    if kind in formats() and kind not in _OWN:
        return ReaderFrames(path, kind)
    return None


def _read_head(path: str | PathLike[str]) -> bytes:
    """The beginning of a file.

    Raises:
        TrajectoryError: If there is none, it is empty, or compressed.
    """
    check_file(path)
    try:
        with open(path, "rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise TrajectoryError(f"`{path}`: expected a file, but it can't be read: {error.strerror}") from error
    if not head.strip():
        raise TrajectoryError(f"`{path}`: expected a trajectory, got an empty file")
    if head.startswith(_COMPRESSED):
        raise TrajectoryError(f"`{path}`: expected a trajectory, got a compressed file; unpack it")
    return head
