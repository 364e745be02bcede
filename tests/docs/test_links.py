"""What the documentation refers to exists: linked files and headings, files of the repository, names of the package."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "inputs").rglob("README.md")]
FOLDERS = ("benchmarks", "csrc", "docs", "inputs", "lammps-plugin", "python", "tests")
#: Made by commands that the pages give, and ignored by git.
GENERATED = re.compile(r"inputs/training/(data|water-|pet-published)")


def prose(text: str) -> str:
    """A page without its fenced code."""
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def code(text: str) -> list[str]:
    """The code spans of a page's prose."""
    return re.findall(r"`([^`]+)`", re.sub(r"\s+", " ", prose(text)))


def missing_links(path: Path) -> list[str]:
    found = re.findall(r"\]\((?!https?:)([^)\s]+)\)", prose(path.read_text()))
    missing = []
    for link in found:
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        if not target.exists() or (anchor and anchor not in anchors(target.read_text())):
            missing.append(link)
    return missing


def missing_files(path: Path) -> list[str]:
    words = [word for span in code(path.read_text()) for word in span.split()]
    named = [word for word in words if word.startswith(tuple(f"{folder}/" for folder in FOLDERS))]
    named = [word for word in named if not GENERATED.match(word) and not re.search(r"[A-Z]{3,}(?!\w*\.md)", word)]
    return [word for word in named if not any(ROOT.glob(word.rstrip("/")))]


def missing_names(path: Path) -> list[str]:
    """Names of the package, such as `tumble.runs.open_run`, that can't be imported."""
    spans = [re.match(r"(tumble(?:\.\w+)+)(?:\(.*)?$", span) for span in code(path.read_text())]
    names = {span[1] for span in spans if span} - {"tumble.json"}
    return sorted(name for name in names if not is_importable(name))


def is_importable(name: str) -> bool:
    parts = name.split(".")
    found = importlib.import_module(parts[0])
    for place, part in enumerate(parts[1:], 2):
        if not hasattr(found, part):
            try:
                importlib.import_module(".".join(parts[:place]))
            except ModuleNotFoundError:
                return False
        found = getattr(found, part)
    return True


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
@pytest.mark.parametrize("missing", [missing_links, missing_files, missing_names], ids=["links", "files", "names"])
def test_what_a_page_refers_to_exists(path: Path, missing: Callable[[Path], list[str]]) -> None:
    assert not missing(path)


def test_references_are_found_and_wrong_ones_seen(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# A heading: `code`, and words\n")
    page = tmp_path / "page.md"
    page.write_text(
        "# Own\n[a](#own) [b](other.md#a-heading-code-and-words) [c](other.md#gone) [d](gone.md)\n"
        "`csrc/tumble/base` `csrc/gone.h` `tumble.runs.open_run` `tumble.runs.gone` `tumble.Calculator(1)`\n"
    )
    assert missing_links(page) == ["other.md#gone", "gone.md"]
    assert missing_files(page) == ["csrc/gone.h"]
    assert missing_names(page) == ["tumble.runs.gone"]
