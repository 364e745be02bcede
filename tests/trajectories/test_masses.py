"""Masses of a Universe, of its elements, or as given."""

from __future__ import annotations

import ase.data
import MDAnalysis
import numpy as np
import pytest

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.trajectories.masses import masses_of


def universe(elements: str, masses: list[float] | None = None) -> MDAnalysis.Universe:
    made = MDAnalysis.Universe.empty(len(elements), trajectory=True)
    made.add_TopologyAttr("elements", list(elements))
    if masses is not None:
        made.add_TopologyAttr("masses", masses)
    return made


def test_order_of_trust() -> None:
    table = ase.data.atomic_masses[[8, 1, 1]]
    assert masses_of(universe("OHH")) == pytest.approx(table)
    # What MDAnalysis says where a file has no masses.
    assert masses_of(universe("OHH", [1.0, 1.0, 1.0])) == pytest.approx(table)
    assert masses_of(universe("OHH", [16.0, 2.014, 2.014])) == pytest.approx([16.0, 2.014, 2.014])
    assert masses_of(universe("OHH", [16.0, 2.0, 2.0]), [18.0, 1.0, 1.0]) == pytest.approx([18.0, 1.0, 1.0])


def test_unknown_masses_are_refused() -> None:
    with pytest.raises(NotApplicableError, match=r"mass .* 3 atoms"):
        masses_of(universe("OQH"))
    with pytest.raises(ConfigurationError, match=r"`masses`: .*positive"):
        masses_of(universe("OHH"), np.array([1.0, 2.0]))
