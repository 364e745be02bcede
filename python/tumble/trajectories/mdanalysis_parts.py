"""Wrappers of all private parts of MDAnalysis that Tumble uses, and the exceptions that its readers raise.

A new version may move these parts; the test of this module then fails. (Methods that `ReaderBase` and `AnalysisBase`
document for their subclasses are public.)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import MDAnalysis
import numpy as np
from MDAnalysis.analysis.base import AnalysisBase
from MDAnalysis.coordinates.base import ReaderBase
from MDAnalysis.coordinates.core import get_reader_for
from MDAnalysis.coordinates.DCD import DCDReader
from MDAnalysis.core._get_readers import get_parser_for
from numpy.typing import NDArray

#: Exceptions of readers and parsers for damaged files and missing modules. MDAnalysis defines no common error, and some
#: readers raise `Exception` itself. Only calls of readers are guarded by it.
FAILURES = Exception


class _Failed:
    """Class given to a reader that couldn't open its file, since its own `__del__` would fail with a traceback."""


def open_reader(path: str, kind: str | None = None) -> Any:
    """Return the reader of MDAnalysis for a file.

    Args:
        path: The file.
        kind: Name of its format in MDAnalysis; guessed from the name of the file if not given.

    Raises:
        FAILURES: If the file can't be read.
    """
    reader = get_reader_for(path, format=kind)
    opened = reader.__new__(reader)
    try:
        opened.__init__(path)
    except BaseException:
        opened.__class__ = _Failed
        raise
    return opened


def read_atoms(path: str) -> Any:
    """Return a universe with the atoms of a file, without a trajectory and without guessed attributes.

    Raises:
        FAILURES: If the file can't be read.
    """
    with get_parser_for(path)(path) as parser:
        return MDAnalysis.Universe(parser.parse(), to_guess=())


def formats() -> frozenset[str]:
    """Return the trajectory formats that MDAnalysis reads, as file extensions in capitals."""
    return frozenset(MDAnalysis._READERS)


def topology_formats() -> frozenset[str]:
    """Return the topology formats that MDAnalysis reads, as file extensions in capitals."""
    return frozenset(MDAnalysis._PARSERS)


def dcd_header(reader: DCDReader) -> dict[str, Any]:
    """Return the header of a dcd file, with `istart`, `nsavc`, `delta` and `remarks`."""
    return dict(reader._file.header)


def dcd_rest(reader: DCDReader) -> int:
    """Return the number of bytes after the last complete frame of a dcd file."""
    file = reader._file
    rest = Path(reader.filename).stat().st_size - file._header_size - file._firstframesize
    return int(rest % file._framesize)


def xdr_offsets(reader: Any) -> Any:
    """Return the byte offsets of the frames of an xtc or trr file, [F]."""
    return reader._xdr.offsets


def is_set_up(reader: ReaderBase) -> bool:
    """Return whether a reader has got as far as the `__init__` of its base class, which its `__del__` needs."""
    return "_auxs" in reader.__dict__


def copy_auxiliaries(source: ReaderBase, target: ReaderBase) -> None:
    """Give a shallow copy of a reader its own copies of auxiliary data, which it otherwise shares."""
    target._auxs = {}
    for name, auxiliary in source._auxs.items():
        target.add_auxiliary(name, auxiliary.copy())


def frames_of_run(
    analysis: AnalysisBase, start: int | None, stop: int | None, step: int | None, frames: Any = None
) -> NDArray[np.int64]:
    """Return the indices of the frames that `run` of an analysis uses with these arguments, [T].

    Raises:
        ValueError: If `frames` is given with another argument.
    """
    groups = analysis._setup_computation_groups(1, start=start, stop=stop, step=step, frames=frames)
    indices: NDArray[np.int64] = groups[0][:, 1]
    return indices


def prepare_frames(analysis: AnalysisBase, frames: NDArray[np.int64]) -> None:
    """Set the attributes of an analysis for frames, as `run` does: `n_frames`, and `frames` and `times` of zeros."""
    analysis._prepare_sliced_trajectory(frames)
