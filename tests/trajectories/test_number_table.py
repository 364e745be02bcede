"""Tables of printed numbers, against `float`."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.trajectories.number_table import NumberTable
from tumble.types import Array

LABELS = ["O", "H", "H", "Cl"]
FORMATS = {
    "i-PI": "%8s %12.5e %12.5e %12.5e\n",
    "i-PI with many digits": "%8s %20.13e %20.13e %20.13e\n",
    "ASE": "%-2s %16.8f %16.8f %16.8f\n",
    "pdb": "%3s  %11.3f%11.3f%11.3f   1\n",
    "other columns behind": "%-2s %12.6f %12.6f %12.6f  0.5 x\n",
}


def made(form: str, values: Array) -> bytes:
    return "".join(form % (label, *row) for label, row in zip(LABELS, values.tolist(), strict=True)).encode()


def by_float(table: bytes) -> Array:
    return np.array([[float(word) for word in line.split()[1:4]] for line in table.splitlines()])


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS.keys())
def test_same_numbers_as_float(form: str) -> None:
    """To the last bit, of either sign and many sizes, zero among them."""
    generator = np.random.default_rng(3)
    fixed = "e" not in form
    first = made(form, generator.normal(size=(4, 3)))
    layout = NumberTable(first, (1, 2, 3), by_float(first))
    found = 0
    for _ in range(3000):
        sizes = generator.uniform(-6, 3 if fixed else 12, size=(4, 3))
        values = np.round(generator.normal(size=(4, 3)), generator.integers(0, 17)) * 10**sizes
        table = made(form, values)
        numbers = layout.parse(table)
        if numbers is not None:
            found += 1
            np.testing.assert_array_equal(numbers.view(np.int64), by_float(table).view(np.int64))
    assert found > 2900


def test_every_exponent_of_two_digits() -> None:
    form = FORMATS["i-PI"]
    first = made(form, np.ones((4, 3)))
    layout = NumberTable(first, (1, 2, 3), by_float(first))
    for exponent in range(-99, 100):
        table = made(form, np.array([[1.23456, -9.99999, 0.0]] * 4) * 10.0**exponent)
        numbers = layout.parse(table)
        # A double holds powers of ten up to 10^22 exactly: beyond, `float` has to do it.
        assert (numbers is not None) is (-22 <= exponent - 5 <= 22 and exponent - 5 >= -22)
        if numbers is not None:
            np.testing.assert_array_equal(numbers, by_float(table))


def test_other_tables_are_left_alone() -> None:
    table = b"O   1.00   2.00 7\nH  -3.50   4.00 8\n"
    layout = NumberTable(table, (1, 2), np.array([[1, 2], [-3.5, 4]]))
    for same, numbers in {
        b"O  91.00 -22.00 6\nH 123.50   4.00 z\n": [[91, -22], [123.5, 4]],
        b"O  -0.25   0.00 7\nH  -3.50 -14.00 8\n": [[-0.25, 0], [-3.5, -14]],
    }.items():
        np.testing.assert_array_equal(layout.parse(same), numbers)
    for other in (
        b"H   1.00   2.00 7\nO  -3.50   4.00 8\n",  # other labels
        b"O   1.00   2.00 7\nH  -3.50   4.0 8\n",
        b"O    nan   2.00 7\nH  -3.50   4.00 8\n",
        b"O   1.00   2.00 7\nH  -35.0   4.00 8\n",
        b"O   1.00   2.00 7 H  -3.50   4.00 8\n",
        b"O 1 1.00   2.00 7\nH  -3.50   4.00 8\n",  # a blank within a number, which makes two words
        b"O -- .00   2.00 7\nH  -3.50   4.00 8\n",
        b"O - 1.00   2.00 7\nH  -3.50   4.00 8\n",
        b"O 1-1.00   2.00 7\nH  -3.50   4.00 8\n",
        b"O --1.00   2.00 7\nH  -3.50   4.00 8\n",
        b"O  +1.00   2.00 7\nH  -3.50   4.00 8\n",  # `float` has to do it
        b"O  ,1.00   2.00 7\nH  -3.50   4.00 8\n",
        b"O  _1.00   2.00 7\nH  -3.50   4.00 8\n",
        b"O   1.-0   2.00 7\nH  -3.50   4.00 8\n",
        b"O   1.00.  2.00 7\nH  -3.50   4.00 8\n",
        b"\xc3  1.00   2.00 7\nH  -3.50   4.00 8\n",
    ):
        assert layout.parse(other) is None, other


def test_every_wrong_byte_is_seen() -> None:
    """Whatever byte stands at whatever place: the same numbers as `float`, or none."""
    table = b"O -1.00000e+00  2.50000e-01\nH  1.00000e+00 -4.00000e+00\n"

    def expected(text: bytes) -> Array | None:
        if text.count(b"\n") != 2 or b"_" in text:
            return None
        words = [line.split() for line in text.splitlines()]
        if [len(each) for each in words] != [3, 3] or [each[0] for each in words] != [b"O", b"H"]:
            return None
        try:
            return np.array([[float(word) for word in each[1:]] for each in words])
        except ValueError:
            return None

    layout = NumberTable(table, (1, 2), np.array([[-1, 0.25], [1, -4]]))
    for place in range(len(table)):
        for byte in range(256):
            changed = table[:place] + bytes([byte]) + table[place + 1 :]
            found = layout.parse(changed)
            if found is not None:
                np.testing.assert_array_equal(found, expected(changed))


@pytest.mark.parametrize(
    "table",
    [
        b"O 1.0\nH 10.0\n",
        b"O nan\nH 1.0\n",
        b"O   1\nH   2\n",
        b"O 1.0\nH 2.0",
        b"O 1.12345678901234567e+00\nH 1.12345678901234567e+00\n",
    ],
)
def test_tables_without_a_layout(table: bytes) -> None:
    numbers = np.array([[float(line.split()[1])] for line in table.splitlines()])
    with pytest.raises(ValueError, match=r"lines|number"):
        NumberTable(table, (1,), numbers)


def test_fields_of_other_widths_have_no_layout() -> None:
    with pytest.raises(ValueError, match="width"):
        NumberTable(b"O  1.00  2.0000\nH  3.00  4.0000\n", (1, 2), np.array([[1.0, 2.0], [3.0, 4.0]]))
