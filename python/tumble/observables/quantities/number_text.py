"""Numbers with errors as text: errors with two significant digits, values with the same number of decimals.

NaN and infinities are shown as an en dash.
"""

from __future__ import annotations

import math

UNKNOWN = "–"
_LARGE, _SMALL = 1e6, 1e-3  # beyond these, powers of ten are written
_ROUNDING = 1e-10  # relative; smaller errors are due to rounding
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def with_error(value: float, error: float) -> str:
    """Return a value with its error, such as `2.953 ± 0.021`, `(1.20 ± 0.34) × 10⁻⁵` or `2.953 ± –`."""
    if not math.isfinite(value):
        return UNKNOWN
    if not math.isfinite(error):
        return f"{number(value)} ± {UNKNOWN}"
    if error <= _ROUNDING * abs(value):
        return f"{number(value)} ± 0"
    size = max(abs(value), error)
    if _SMALL <= size < _LARGE:
        digits = 1 - _exponent(error, 2)
        return f"{_rounded(value, digits)} ± {_rounded(error, digits)}"
    power = _exponent(size, 2)
    value, error = value / 10.0**power, error / 10.0**power
    digits = 1 - _exponent(error, 2)
    return f"({_rounded(value, digits)} ± {_rounded(error, digits)}) × {power_of_ten(power)}"


def number(value: float, digits: int = 4) -> str:
    """Return a number to `digits` significant digits, such as `2.953` or `1.2 × 10⁻⁵`."""
    if not math.isfinite(value):
        return UNKNOWN
    if value == 0:
        return "0"
    if _SMALL <= abs(value) < _LARGE:
        return _rounded(value, digits - 1 - _exponent(value, digits))
    power = _exponent(value, digits)
    return f"{_rounded(value / 10.0**power, digits - 1)} × {power_of_ten(power)}"


def probability(value: float) -> str:
    """Return a p-value to two digits, `< 10⁻⁶` below that."""
    return "< 10⁻⁶" if value < 1e-6 else number(value, 2)


def power_of_ten(exponent: int) -> str:
    """Return a power of ten, such as `10⁻⁵`."""
    return f"10{str(exponent).translate(_SUPERSCRIPTS)}"


def _exponent(value: float, digits: int) -> int:
    """Return the decimal exponent of a number after rounding to `digits` digits: 0 for 9.94, 1 for 9.96 with two."""
    return int(f"{abs(value):.{digits - 1}e}".partition("e")[2])


def _rounded(value: float, digits: int) -> str:
    """Return a number with `digits` decimal places; negative `digits` round to tens, hundreds and so on."""
    text = f"{round(value, digits):.{max(digits, 0)}f}"
    return text.replace("-", "−")
