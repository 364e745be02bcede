"""The atoms of a run of i-PI, as its input tells."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tumble.runs.ipi.atoms import atoms_of

INITIALIZE = "<system> <initialize> <file mode='xyz'> start.xyz </file> </initialize> </system>"
FRAME = "3\n# CELL(abcABC): 1 1 1 90 90 90\nO 0 0 0\nH 0 0 0\nD 0 0 0\n"


@pytest.mark.parametrize(
    ("text", "atoms"),
    [
        (FRAME, {"O": 1, "H": 1, "D": 1}),
        (2 * FRAME, {"O": 1, "H": 1, "D": 1}),
        (FRAME.replace("3\n", "4\n", 1), {}),
        (FRAME.replace("3\n", "three\n", 1), {}),
        (FRAME.replace("3\n", f"{10**30}\n", 1), {}),
        ("", {}),
        (FRAME.replace("O ", "\udcff ", 1), {"\ufffd": 1, "H": 1, "D": 1}),
    ],
)
def test_atoms_of_the_start(tmp_path: Path, text: str, atoms: dict[str, int]) -> None:
    (tmp_path / "start.xyz").write_bytes(text.encode(errors="surrogateescape"))
    assert atoms_of(ElementTree.fromstring(INITIALIZE), tmp_path) == atoms


def test_atoms_of_a_checkpoint_from_which_a_run_starts(tmp_path: Path) -> None:
    start = ElementTree.fromstring("<system> <initialize> <file mode='chk'> start.chk </file> </initialize> </system>")
    names = "<simulation><system><beads><names> [ O, H, H ] </names></beads></system></simulation>"
    for text, atoms in ((names, {"O": 1, "H": 2}), (names[:-5], {}), ("<simulation/>", {})):
        (tmp_path / "start.chk").write_text(text)
        assert atoms_of(start, tmp_path) == atoms


def test_atoms_of_a_checkpoint(tmp_path: Path) -> None:
    system = ElementTree.fromstring("<system> <beads> <names shape='(3)'> [ O, H, H ] </names> </beads> </system>")
    assert atoms_of(system, tmp_path) == {"O": 1, "H": 2}
    assert atoms_of(ElementTree.fromstring(INITIALIZE), tmp_path) == {}
    assert atoms_of(ElementTree.fromstring("<system/>"), tmp_path) == {}
