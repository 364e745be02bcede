"""Checks of the files that commands write.

A command never replaces a file that it reads, and replaces a file of another kind only with `--overwrite`.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tumble.errors import ConfigurationError
from tumble.figure_style import MARK, METADATA
from tumble.registry import find_model

_END = 1 << 16  # bytes at each end of a file in which the mark of its kind is searched


@dataclass(frozen=True)
class FileKind:
    """A kind of file; a command may replace an older file of the same kind.

    Attributes:
        words: Noun phrase for messages: `expected a new file or` this.
        holds: Function that returns whether a file is of this kind.
    """

    words: str
    holds: Callable[[Path], bool]


def marked(words: str, *marks: str) -> FileKind:
    """Return the kind of the files that have one of these marks near their beginning or end.

    Args:
        words: Noun phrase, as in `FileKind`.
        marks: ASCII texts.
    """
    return FileKind(words, lambda path: any(mark.encode() in _ends(path) for mark in marks))


def check_output(
    option: str, path: Path | None, kind: FileKind, *, inputs: Iterable[Path] = (), overwrite: bool | None = False
) -> None:
    """Refuse, before any work is done, a file that can't or shouldn't be written.

    Args:
        option: Name of the option that gives the file.
        path: The file; None if there is none.
        kind: Kind of the new file.
        inputs: Files that the command reads; other names of the same files and links to them count, too.
        overwrite: Whether a file of another kind may be replaced; None if the command never does.

    Raises:
        ConfigurationError: If it is `-`, if its folder doesn't exist or can't be written to, if it is a folder, an
            input, or, without `overwrite`, a file of another kind that isn't empty.
    """
    if path is None:
        return
    if path == Path("-"):
        raise ConfigurationError(f"`--{option}`: expected the name of a file, got `-`")
    if not path.absolute().parent.is_dir():
        raise ConfigurationError(f"`--{option}`: expected a file in a folder that exists, got `{path}`")
    if path.is_dir():
        raise ConfigurationError(f"`--{option}`: expected a file, got the folder `{path}`")
    if not can_write(path):
        raise ConfigurationError(
            f"`--{option}`: expected a file that may be written, but the permissions forbid `{path}`; give another name"
        )
    if not path.exists():
        return
    if any(each.exists() and path.samefile(each) for each in inputs):
        raise ConfigurationError(
            f"`--{option}`: expected another file than `{path}`, which this command reads; give another name"
        )
    # Devices and pipes have nothing to lose.
    if overwrite or not path.is_file() or path.stat().st_size == 0 or kind.holds(path):
        return
    cure = "" if overwrite is None else ", or `--overwrite` to replace it"
    raise ConfigurationError(
        f"`--{option}`: expected a new file or {kind.words}, got `{path}`, which is something else; give another "
        f"name{cure}"
    )


def check_distinct(paths: Mapping[str, Path | None]) -> None:
    """Refuse one file for two outputs, of which the last would replace the others.

    Args:
        paths: File of each option; None if it isn't given.

    Raises:
        ConfigurationError: If two are the same.
    """
    options: dict[Path, str] = {}
    for option, path in paths.items():
        if path is None or (path.exists() and not path.is_file()):  # devices and pipes take any number of outputs
            continue
        first = options.setdefault(path.resolve(), option)
        if first != option:
            raise ConfigurationError(f"`--{option}`: expected another file than that of `--{first}`, got `{path}`")


def check_figure(option: str, path: Path | None) -> None:
    """Refuse a file whose suffix is no format of figures that a later command would recognize as its own.

    Args:
        option: Name of the option that gives the file.
        path: The file; None if there is none.

    Raises:
        ConfigurationError: If the suffix isn't one of these formats.
    """
    if path is not None and path.suffix.removeprefix(".").lower() not in METADATA:
        raise ConfigurationError(f"`--{option}`: expected a file that ends in .png, .svg or .pdf, got `{path}`")


def can_write(path: Path) -> bool:
    """Return whether permissions allow to write a file in a folder that exists."""
    # Most files are replaced by a new one, for which the folder counts; logs and devices are written to.
    return any(os.access(each, os.W_OK) for each in (path.absolute().parent, path))


def model_and(model: str | Path, *others: str | Path) -> Iterator[Path]:
    """Yield the file of a model and other files that a command reads; the model is looked up when its turn comes."""
    yield find_model(model)
    yield from map(Path, others)


def _ends(path: Path) -> bytes:
    """Return the beginning and the end of a file."""
    with path.open("rb") as file:
        head = file.read(_END)
        file.seek(max(len(head), path.stat().st_size - _END))
        return head + file.read(_END)


def _is_model(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith("/extra/tumble.json") for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError):
        return False


ANALYSIS = marked("one of `tumble analyze`", '"format": "tumble-analysis-')
VERDICTS = marked("one of `tumble compare --json`", '"format": "tumble-verdicts-')
ACCURACY = marked("one of `tumble evaluate --json`", '"format": "tumble-accuracy-')
PROBE = marked("one of `tumble probe --json`", '"format": "tumble-probe-')
CHECK = marked("one of `tumble check --json`", '"format": "tumble-check-')
IPI_CHECK = marked("one of `tumble ipi-check --json`", '"format": "tumble-ipi-check-')
IRREPS = marked("one of `tumble irreps --json`", '"format": "tumble-irreps-')
RESULT = marked("one of `tumble ordering`", '"format": "tumble-result-')
RELAXED = marked("structures of `tumble ordering`", 'written_by="tumble ordering"')
PAGE = marked("a page of `tumble report`", '<meta name="generator" content="tumble report')
FIGURE = marked("a figure of tumble", MARK)
JOURNAL = FileKind("one of `tumble probe --resume`", lambda _: True)  # the probe checks it itself and continues it
# Earlier versions wrote the second mark.
SYMMETRY_LOG = marked("a log of `tumble drive`", '"tumble-symmetry-log-1"', "# tumble drive: symmetry error")
MODEL = FileKind("a model file", _is_model)
