"""Elements from labels."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.errors import NotApplicableError
from tumble.trajectories.elements import element_of, elements_of, masses_of


@pytest.mark.parametrize(
    ("label", "symbol"),
    [
        *[("O", "O"), ("H1", "H"), ("D", "H"), ("H2", "H"), ("T", "H"), ("C13", "C"), ("CL", "Cl"), ("Na_1", "Na")],
        *[("X", ""), ("1", ""), ("Q", ""), ("", "")],
    ],
)
def test_labels(label: str, symbol: str) -> None:
    assert element_of(label) == symbol


def test_masses() -> None:
    # IUPAC 2021; deuterium and tritium from AME 2020.
    expected = [15.999, 1.008, 2.01410177811, 3.01604928]
    np.testing.assert_allclose(masses_of(["O", "H", "D", "T"], "x"), expected, rtol=1e-7)


def test_isotopes_agree_with_ipi() -> None:
    units = pytest.importorskip("ipi.utils.units", reason="i-PI isn't installed")
    labels = ["H2", "D", "T", "C13", "C14", "O17", "O18", "Cl37", "Br81"]
    expected = [units.Elements.mass_list[label] for label in labels]
    np.testing.assert_allclose(masses_of(labels, "x", ipi=True), expected, rtol=5e-5)


def test_labels_that_are_no_elements() -> None:
    with pytest.raises(NotApplicableError, match=r"elements .*`x`.* 1, 2"):
        elements_of(["1", "2", "1"], "x")
