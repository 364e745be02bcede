"""The list of checks."""

from __future__ import annotations

import re
from pathlib import Path

from tumble.ipi_check.registry import CHECKS

ROOT = Path(__file__).parents[2]


def test_each_check_has_its_row_in_the_docs() -> None:
    section = (ROOT / "docs/ipi-check.md").read_text().partition("## The checks")[2].partition("## What")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE)
    assert [name for name in rows if name != "input"] == [check.name for check in CHECKS]


def test_each_file_is_listed() -> None:
    files = {path.stem for path in (ROOT / "python/tumble/ipi_check/checks").glob("*.py")} - {"__init__"}
    assert files == {check.__module__.rpartition(".")[2] for check in CHECKS}
