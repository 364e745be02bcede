"""Lookup of systems, and their arguments and options."""

from __future__ import annotations

import pytest

from tumble.errors import ConfigurationError
from tumble.new.systems.registry import build_system
from tumble.new.systems.system import LARGEST_SEED, Choices


@pytest.mark.parametrize(
    ("word", "options", "message"),
    [
        ("liqiud", {}, "`system`: .*`liqiud`; did you mean `liquid`"),
        ("plasma:3", {}, "`system`: .*`plasma:3`; known systems: monomer, "),
        ("liquid:many", {}, "`system`: .*liquid:N .* got `many`"),
        ("liquid:8", {}, "`system`: .*at least 32, got `8`"),
        ("gas:", {}, "`system`: .*gas:N .* got ``"),
        ("gas", {"vacuum": 3.0}, "`vacuum`: .*`gas`, got 3.0"),
        ("monomer", {"density": 1.0}, "`density`: .*`monomer`, got 1.0"),
        ("file", {}, "`structure`: .*none"),
    ],
)
def test_refused(word: str, options: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        build_system(word, Choices(**options))


@pytest.mark.parametrize(("name", "value"), [("density", -1.0), ("equilibration", float("inf")), ("seed", 0)])
def test_numbers_are_positive_and_finite(name: str, value: float) -> None:
    with pytest.raises(ConfigurationError, match=rf"`{name}`: .*got {value:g}"):
        Choices(**{name: value})


def test_seeds_are_those_of_lammps() -> None:
    """The largest possible seed of LAMMPS is 900 000 000."""
    assert Choices(seed=LARGEST_SEED).seed + 1000 < 900_000_000
    with pytest.raises(ConfigurationError, match=r"`seed`: .*got 2000000000"):
        Choices(seed=2_000_000_000)
