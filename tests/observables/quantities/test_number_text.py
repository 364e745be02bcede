"""Text of numbers, against what a careful author would write."""

from __future__ import annotations

import pytest

from tumble.observables.quantities.number_text import number, probability, with_error

NAN = float("nan")


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (2.95312, 0.0213, "2.953 ± 0.021"),
        (2.95312, 0.0996, "2.95 ± 0.10"),  # rounded up to the next power of ten
        (78.4, 9.04, "78.4 ± 9.0"),
        (78.4, 9.96, "78 ± 10"),
        (12345, 123, "12340 ± 120"),
        (-0.2516, 0.071, "−0.252 ± 0.071"),
        (0.0001, 0.02, "0.000 ± 0.020"),
        (1.2e-5, 3.4e-6, "(1.20 ± 0.34) × 10⁻⁵"),
        (-2.5e7, 1.2e5, "(−2.500 ± 0.012) × 10⁷"),
        (2.95312, NAN, "2.953 ± –"),
        (3.0, 0.0, "3.000 ± 0"),
        (2.0, 4.6e-16, "2.000 ± 0"),  # rounding
        (NAN, 0.1, "–"),
        (NAN, NAN, "–"),
        (1.0, float("inf"), "1.000 ± –"),
    ],
)
def test_errors_have_two_digits(value: float, error: float, text: str) -> None:
    assert with_error(value, error) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (2.95312, "2.953"),
        (9.9999, "10.00"),
        (-1234.5, "−1234"),
        (123456.0, "123500"),
        (1.25e-7, "1.250 × 10⁻⁷"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.034, "0.034"), (1, "1.0"), (3e-5, "3.0 × 10⁻⁵"), (0, "< 10⁻⁶")])
def test_probabilities(value: float, text: str) -> None:
    assert probability(value) == text
