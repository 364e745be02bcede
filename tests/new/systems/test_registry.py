"""Lookup of systems, and their arguments and options."""

from __future__ import annotations

import pytest

from tumble.errors import ConfigurationError
from tumble.new.systems.registry import build_system
from tumble.new.systems.system import Choices


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


def test_options_are_positive() -> None:
    with pytest.raises(ConfigurationError, match=r"`density`: .*got -1"):
        Choices(density=-1.0)
