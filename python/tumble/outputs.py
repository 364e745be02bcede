"""Files that commands write: never one that the command reads, and one of another kind only by `--overwrite`."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tumble.errors import ConfigurationError
from tumble.figure_style import MARK
from tumble.registry import find_model

_END = 1 << 16  # bytes at both ends of a file, in which the mark of its kind is


@dataclass(frozen=True)
class Kind:
    """A kind of file, of which a newer one may replace an older one.

    Attributes:
        words: What it is, behind `a file`.
        holds: Whether a file is one.
    """

    words: str
    holds: Callable[[Path], bool]


def marked(words: str, *marks: str) -> Kind:
    """Return the kind of files that have one of these marks near one of their ends.

    Args:
        words: See `Kind`.
        marks: In ASCII.
    """
    return Kind(words, lambda path: any(mark.encode() in _ends(path) for mark in marks))


def check_output(
    option: str, path: Path | None, kind: Kind, *, inputs: Iterable[Path] = (), overwrite: bool | None = False
) -> None:
    """Refuse, before any work is done, a file that can't or shouldn't be written.

    Args:
        option: By which it is given.
        path: The file; None if there is none.
        kind: What will be in it.
        inputs: What the command reads; other names and links of these files count, too.
        overwrite: Whether a file of another kind may be replaced; None if the command never does.

    Raises:
        ConfigurationError: If its folder doesn't exist, if it is a folder, an input, or, without `overwrite`, a file of
            another kind that isn't empty.
    """
    if path is None:
        return
    if not path.absolute().parent.is_dir():
        raise ConfigurationError(f"`--{option}`: expected a file in a folder that exists, got `{path}`")
    if path.is_dir():
        raise ConfigurationError(f"`--{option}`: expected a file, got the folder `{path}`")
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


def model_and(model: str | Path, *others: str | Path) -> Iterator[Path]:
    """Yield the file of a model, looked up only when it is asked for, and other files that a command reads."""
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
RESULT = marked("one of `tumble ordering`", '"format": "tumble-result-')
RELAXED = marked("structures of `tumble ordering`", 'written_by="tumble ordering"')
PAGE = marked("a page of `tumble report`", '<meta name="generator" content="tumble report')
FIGURE = marked("a figure of tumble", MARK)
JOURNAL = Kind("one of `tumble probe --resume`", lambda _: True)  # which looks at it itself, and is continued
# The second mark is that of earlier versions.
SYMMETRY_LOG = marked("a log of `tumble drive`", '"tumble-symmetry-log-1"', "# tumble drive: symmetry error")
MODEL = Kind("a model file", _is_model)
