"""Structures, read one after the other from any file that ASE reads."""

from __future__ import annotations

import itertools
import re
import shutil
import sqlite3
import struct
import tempfile
import zlib
from collections.abc import Iterator
from os import PathLike, fspath
from pathlib import Path

from ase import Atoms
from ase.io import iread
from ase.io.formats import UnknownFileTypeError, get_compression, open_with_compression

from tumble.errors import FramesError

# ASE's readers have no error type of their own for a damaged file: parsing it may raise any of these. Only a reader
# runs where they are caught, and the error itself is kept as the cause.
_READER_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    UnknownFileTypeError,
    ValueError,
    sqlite3.Error,
    struct.error,
)
_LONGEST = 18  # characters of a line with a number of atoms
_XYZ = (".xyz", ".extxyz")
_PLAIN = ["S", "R", "R", "R"]  # kinds of the columns of a plain xyz file: a symbol and three numbers
_DATA_FILE = (rb"^\s*\d+\s+atoms\s*(#.*)?$", rb"^\s*\d+\s+atom\s+types\s*(#.*)?$")
_LATTICE = re.compile(rb"""\bLattice\s*=\s*["']([^"']*)""", re.IGNORECASE)
_JOINED = re.compile(rb"[-+]?\.?\d[\d.]*_[\d._]*(?:[eE][-+]?\d+)?")
_HEADER = 4096  # bytes that hold the header of a data file of LAMMPS
_COMPRESSION_ERRORS = (EOFError, OSError, zlib.error)


def read_frames(path: str | PathLike[str], key: str = "frames") -> Iterator[Atoms]:
    """Yield the structures of a file one by one, without keeping all of them in memory.

    Args:
        path: The file, also compressed.
        key: The setting that names the file, for messages.

    A data file of LAMMPS is read as in `units metal`, with elements from its masses, periodic in all directions.

    Raises:
        FramesError: If the file is missing, is empty, or has no format that ASE reads, and for a data file of LAMMPS
            without masses.
    """
    if not Path(path).exists():
        raise FramesError(f"`{key}`: expected a file, got `{fspath(path)}`, which doesn't exist")
    if not Path(path).is_file() and not Path(path).is_dir():  # some formats are folders
        raise FramesError(f"`{key}`: expected a file, got `{fspath(path)}`, which is a pipe or a device")
    count = 0
    with tempfile.TemporaryDirectory(prefix="tumble-frames-") as folder:
        try:
            plain = _decompressed(Path(path), Path(folder))
            _check_numbers(plain, path, key)
            reader = iread(str(plain), format=_lammps_data(plain, path, key))
        except _COMPRESSION_ERRORS as error:
            raise _damaged(path, count, error, key) from error
        while True:
            try:
                atoms = next(reader, None)
            except _READER_ERRORS as error:
                raise _damaged(path, count, error, key) from error
            if atoms is None:
                break
            count += 1
            yield atoms
    if count == 0:
        raise FramesError(f"`{key}`: expected structures, got none in `{fspath(path)}`")


def _damaged(path: str | PathLike[str], count: int, error: Exception, key: str) -> FramesError:
    return FramesError(
        f"`{key}`: expected structures that ASE reads, got an error in `{fspath(path)}` after {count}: "
        f"{error or type(error).__name__}"
    )


def _decompressed(path: Path, folder: Path) -> Path:
    """Return the file itself, or a plain copy in the folder if it is compressed.

    ASE looks for the frames of a file before it reads them. In a compressed file each step back starts again from
    the beginning, which takes minutes for a few thousand frames.
    """
    name, compression = get_compression(path.name)
    if compression is None:
        return path
    copy = folder / name
    with open_with_compression(fspath(path), "rb") as source, copy.open("wb") as target:
        shutil.copyfileobj(source, target)
    return copy


def _lammps_data(plain: Path, path: str | PathLike[str], key: str) -> str | None:
    """Return ASE's name for data files of LAMMPS if this is one; their names end in anything.

    Raises:
        FramesError: If it has no masses, since ASE would take the numbers of types for atomic numbers.
    """
    if not plain.is_file():
        return None
    with plain.open("rb") as file:
        header = file.read(_HEADER)
        if not all(re.search(words, header, re.MULTILINE) for words in _DATA_FILE):
            return None
        file.seek(0)
        if not any(line.split()[:1] == [b"Masses"] for line in file):
            raise FramesError(
                f"`{key}`: expected masses in the data file `{fspath(path)}`, from which the elements follow"
            )
    return "lammps-data"


def _check_numbers(plain: Path, path: str | PathLike[str], key: str) -> None:
    """Refuse an xyz file with `1_000` in place of a number, which Python, and therefore ASE, reads as 1000.

    Raises:
        FramesError: If there is such a word.
    """
    if plain.suffix not in _XYZ or not plain.is_file():
        return
    with plain.open("rb") as file:
        lines = enumerate(file, 1)
        for _, line in lines:
            if not line.strip().isdigit() or len(line) > _LONGEST:
                return
            place, comment = next(lines, (0, b""))
            box = _LATTICE.search(comment)
            _check_words(box.group(1).split() if box is not None else [], None, path, place, key)
            kinds = _kinds(comment)
            for place, row in itertools.islice(lines, int(line)):
                _check_words(row.split() if b"_" in row else [], kinds, path, place, key)


def _kinds(comment: bytes) -> list[str]:
    """Return the kind of each column, as stated in the comment line of a frame."""
    names = comment.partition(b"Properties=")[2].decode(errors="replace").strip("\"'").split()
    words = names[0].split(":") if names else []
    found = [[kind] * int(count) for kind, count in zip(words[1::3], words[2::3], strict=False) if count.isdigit()]
    return list(itertools.chain.from_iterable(found)) or _PLAIN


def _check_words(words: list[bytes], kinds: list[str] | None, path: str | PathLike[str], line: int, key: str) -> None:
    """Refuse words that only Python reads as numbers, in columns of numbers; without `kinds`, in all columns."""
    for place, word in enumerate(words):
        number = kinds is None or kinds[place : place + 1] in (["R"], ["I"])
        if number and _JOINED.fullmatch(word):
            raise FramesError(f"`{key}`: expected numbers in line {line} of `{fspath(path)}`, got `{word.decode()}`")
