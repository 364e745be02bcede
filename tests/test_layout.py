"""Tests mirror the source: `tests/a/test_b.py`, or `test_b_….py`, tests `python/tumble/a/b.py`.

Those in `tests/core` test a file or folder of that name in `csrc`, from Python.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parent
#: Folders of what isn't one module: the faces of the core, whole programs and documents.
ELSEWHERE = ("benchmarks", "build", "cpp", "docs", "gpu", "ipi", "lammps", "parity", "peers", "sanitize", "support")
#: Tests of a package's `__init__.py`, of this rule, and of a page in a browser.
WITHOUT_MODULE = ("cli/test_cli.py", "report/test_browser.py", "test_layout.py", "test_package.py")

FILES = [path.relative_to(TESTS) for path in sorted(TESTS.rglob("test_*.py"))]
MIRRORED = [path for path in FILES if path.parts[0] not in ELSEWHERE and path.as_posix() not in WITHOUT_MODULE]


def sources(folder: Path) -> Iterable[Path]:
    """Return what tests in a folder may be named for."""
    if folder == Path("core"):
        return (ROOT / "csrc").rglob("*")
    return (ROOT / "python" / "tumble" / folder).glob("*.py")


@pytest.mark.parametrize("path", MIRRORED, ids=str)
def test_a_file_of_tests_has_its_source(path: Path) -> None:
    name = path.stem.removeprefix("test_")
    names = {source.stem for source in sources(path.parent)}
    assert any(name == other or name.startswith(f"{other}_") for other in names)
