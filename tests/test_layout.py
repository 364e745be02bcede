"""Tests mirror the source: `tests/a/test_b.py`, or `test_b_….py`, tests `python/tumble/a/b.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "python" / "tumble"
#: Folders of what isn't one module of the package: the compiled parts, whole programs and documents.
ELSEWHERE = ("benchmarks", "build", "core", "cpp", "docs", "gpu", "ipi", "lammps", "parity", "sanitize", "support")
#: Tests of a package's `__init__.py`, of this rule, and of a page in a browser.
WITHOUT_MODULE = ("cli/test_cli.py", "report/test_browser.py", "test_layout.py", "test_package.py")

FILES = [path.relative_to(TESTS) for path in sorted(TESTS.rglob("test_*.py"))]
MIRRORED = [path for path in FILES if path.parts[0] not in ELSEWHERE and path.as_posix() not in WITHOUT_MODULE]


@pytest.mark.parametrize("path", MIRRORED, ids=str)
def test_a_file_of_tests_has_its_module(path: Path) -> None:
    name = path.stem.removeprefix("test_")
    modules = [module.stem for module in (PACKAGE / path.parent).glob("*.py")]
    assert any(name == module or name.startswith(f"{module}_") for module in modules)
