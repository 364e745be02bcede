"""Names that are imported when they are first used."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tumble.lazy_names import lazy_names


def test_names_are_found_in_their_homes() -> None:
    assert lazy_names("numbers", {"Fraction": "fractions"})("Fraction") is Fraction


def test_a_module_is_imported_only_for_its_names() -> None:
    find = lazy_names("package", {"Absent": "package.that.is.absent"})
    with pytest.raises(AttributeError, match="module `package` has no attribute `Other`"):
        find("Other")
    with pytest.raises(ModuleNotFoundError):
        find("Absent")
