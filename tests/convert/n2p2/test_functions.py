"""Lines that stand for several symmetry functions."""

from __future__ import annotations

from pathlib import Path

from tumble.convert.n2p2.functions import read_functions
from tumble.convert.n2p2.settings import Settings

SHORT = """
symfunction_short O 3 H H 0.2 -1.0 2.0 7.0
element_symfunction_short O 9 0.01 1.0 4.0 7.0
global_symfunction_short 2 0.1 0.5 6.0
"""
#: The same by hand: RuNNer's loops over all neighbors, all pairs of neighbors, and all centers.
LONG = """
symfunction_short O 3 H H 0.2 -1.0 2.0 7.0
symfunction_short O 9 H H 0.01 1.0 4.0 7.0
symfunction_short O 9 O O 0.01 1.0 4.0 7.0
symfunction_short O 9 O H 0.01 1.0 4.0 7.0
symfunction_short H 2 H 0.1 0.5 6.0
symfunction_short H 2 O 0.1 0.5 6.0
symfunction_short O 2 H 0.1 0.5 6.0
symfunction_short O 2 O 0.1 0.5 6.0
"""


def test_functions_for_all_neighbors_and_all_centers(tmp_path: Path) -> None:
    found = []
    for name, text in (("short", SHORT), ("long", LONG)):
        (tmp_path / name).write_text(text)
        found.append(read_functions(Settings(tmp_path / name), ["H", "O"]))
    assert found[0] == found[1]
    assert [len(functions) for functions in found[0]] == [2, 6]
