"""Tables of numbers of fixed width, against `float`."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.trajectories.fixed_width import FixedWidth

LABELS = ["O", "H", "H", "Cl"]


def tables(form: str, scale: float, count: int = 50) -> list[bytes]:
    """Tables of numbers of either sign and many sizes."""
    generator = np.random.default_rng(3)
    made = []
    for _ in range(count):
        values = generator.normal(size=(4, 3)) * scale ** generator.uniform(-1, 1, size=(4, 3))
        made.append("".join(form % (label, *row) for label, row in zip(LABELS, values, strict=True)).encode())
    return made


@pytest.mark.parametrize(
    ("form", "scale"),
    [
        ("%8s %12.5e %12.5e %12.5e\n", 1e6),  # i-PI
        ("%-2s %16.8f %16.8f %16.8f\n", 1e3),  # ASE
        ("%s\t%9.3f%9.3f%9.3f   1\n".replace("\t", "  ").replace("%s", "%3s"), 1e2),
        ("%-2s %26.17e %26.17e %26.17e\n", 1e6),  # too many digits for a double: not taken
    ],
)
def test_same_numbers_as_float(form: str, scale: float) -> None:
    first, *others = tables(form, scale)
    try:
        layout = FixedWidth(first, 4, (1, 2, 3))
    except ValueError:
        assert "26.17" in form
        return
    for table in others:
        expected = [[float(word) for word in line.split()[1:4]] for line in table.splitlines()]
        np.testing.assert_array_equal(layout.parse(table), expected)


def test_other_tables_are_left_alone() -> None:
    table = b"O  1.00  2.00\nH -3.50  4.00\n"
    layout = FixedWidth(table, 2, (1, 2))
    np.testing.assert_array_equal(layout.parse(table), [[1, 2], [-3.5, 4]])
    for other in (
        b"H  1.00  2.00\nO -3.50  4.00\n",
        b"O  1.00  2.00\nH -3.50  4.0\n",
        b"O   nan  2.00\nH -3.50  4.00\n",
        b"O  1.00  2.00\nH -35.0  4.00\n",
        b"O  1.00  2.00 H -3.50  4.00\n",
        b"O 1e3.0  2.00\nH -3.50  4.00\n",
    ):
        assert layout.parse(other) is None


def test_powers_that_a_double_does_not_hold() -> None:
    table = b"1.00000e+01\n2.00000e+02\n"
    layout = FixedWidth(table, 2, (0,))
    np.testing.assert_array_equal(layout.parse(table), [[10], [200]])
    assert layout.parse(b"1.00000e+01\n2.00000e+40\n") is None


@pytest.mark.parametrize("table", [b"O 1.0\nH 10.0\n", b"O nan\nH 1.0\n", b"O   1\nH   2\n"])
def test_tables_without_a_layout(table: bytes) -> None:
    with pytest.raises(ValueError, match=r"lines|number"):
        FixedWidth(table, 2, (1,))
