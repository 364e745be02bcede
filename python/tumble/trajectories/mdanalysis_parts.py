"""Parts of MDAnalysis that aren't public, and what its readers raise, in one place.

A new version may move the former; the test of this module says so. (What `ReaderBase` and `AnalysisBase` leave to their
subclasses is documented, and isn't meant here.)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import MDAnalysis
from MDAnalysis.coordinates.core import get_reader_for
from MDAnalysis.coordinates.DCD import DCDReader
from MDAnalysis.core._get_readers import get_parser_for

#: What readers and parsers raise at damaged files, or where the module that they need is missing. Each has its own
#: habits, some raise `Exception` itself, none has an error for this, and nothing else runs where it is caught.
FAILURES = Exception


class _Failed:
    """What a reader becomes that couldn't open its file: deleting it would fail, too, and print a traceback."""


def open_reader(path: str, kind: str | None = None) -> Any:
    """Return the reader of MDAnalysis for a file.

    Args:
        path: The file.
        kind: What MDAnalysis calls its format; guessed from its name if not given.

    Raises:
        FAILURES: If it can't be read.
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
    """Return a universe without a trajectory and without guesses, of what a file says about its atoms.

    Raises:
        FAILURES: If it can't be read.
    """
    with get_parser_for(path)(path) as parser:
        return MDAnalysis.Universe(parser.parse(), to_guess=())


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
