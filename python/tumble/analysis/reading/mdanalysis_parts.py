"""Parts of MDAnalysis that aren't public, and what its readers raise, in one place.

A new version may move the former; the test of this module says so. (What `ReaderBase` and `AnalysisBase` leave to their
subclasses is documented, and isn't meant here.)
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import MDAnalysis
from MDAnalysis.coordinates.DCD import DCDReader

#: What readers and parsers raise at damaged files, or where the module that they need is missing. Each has its own
#: habits, none has an error for this, and nothing else runs where these are caught.
FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    NameError,
    OSError,
    RuntimeError,
    StopIteration,
    TypeError,
    ValueError,
    struct.error,
)


def formats() -> frozenset[str]:
    """Return the formats of trajectories that MDAnalysis reads, by the endings of their files in capitals."""
    return frozenset(MDAnalysis._READERS)


def topology_formats() -> frozenset[str]:
    """Return the same of topologies."""
    return frozenset(MDAnalysis._PARSERS)


def dcd_header(reader: DCDReader) -> dict[str, Any]:
    """Return the header of a dcd file, with `istart`, `nsavc`, `delta` and `remarks`."""
    return dict(reader._file.header)


def dcd_rest(reader: DCDReader) -> int:
    """Return the number of bytes behind the last whole frame of a dcd file."""
    file = reader._file
    rest = Path(reader.filename).stat().st_size - file._header_size - file._firstframesize
    return int(rest % file._framesize)


def xdr_offsets(reader: Any) -> Any:
    """Return where the frames of an xtc or trr file begin, [F]."""
    return reader._xdr.offsets
