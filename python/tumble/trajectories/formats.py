"""Choice of the reader for a file, by the beginning of the file where possible, else by its name."""

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
# Text formats, in the order in which they are tried: `ExtendedXYZ` accepts every xyz file, so `IPIXYZ` comes first.
_TEXTS: tuple[type[TextFrames], ...] = (IPIXYZ, ExtendedXYZ, IPIPDB, LammpsDump)
#: Position and value of the magic bytes of binary formats.
_MAGIC = {"DCD": (4, b"CORD"), "NCDF": (0, b"CDF"), "XTC": (0, b"\x00\x00\x07\xcb"), "TRR": (0, b"\x00\x00\x07\xc9")}
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
# Formats that aren't chosen by the name of a file, since their contents would have been recognized above.
_OWN = {"XYZ", "LAMMPSDUMP", "TUMBLE", "RINGPOLYMER", "IPIXYZ", *_MAGIC}
KNOWN = ", ".join([*(source.title for source in _TEXTS), "dcd, xtc, trr, netcdf"])


def open_frames(
    path: str | PathLike[str],
    *,
    units: LammpsUnits | None = None,
) -> FrameSource | None:
    """Open a file of frames.

    Args:
        path: The file.
        units: Style of units of LAMMPS.

    Returns:
        The frames; None if the format is unknown.

    Raises:
        TrajectoryError: If the file can't be read.
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
    """Return the beginning of a file.

    Raises:
        TrajectoryError: If the file can't be read, is empty, or is compressed.
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
