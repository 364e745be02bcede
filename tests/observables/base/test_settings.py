"""The table of settings: bounds, and which of them the user chose."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import pytest

from tumble.cli import build_parser
from tumble.errors import SettingError
from tumble.observables.base.settings import Settings


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("stride", 0, "at least 1, got 0"),
        ("blocks", 1, "at least 2, got 1"),
        ("jobs", -1, "at least 1, got -1"),
        ("start", math.nan, "finite number, got nan"),
        ("stop", math.inf, "finite number, got inf"),
        *((name, 0.0, "positive number, got 0") for name in ("cutoff", "bin_width", "longest", "viscosity")),
        ("resolution", -20.0, "positive number, got -20"),
    ],
)
def test_values_out_of_bounds(setting: str, value: float, message: str) -> None:
    given: dict[str, Any] = {setting: value}
    with pytest.raises(SettingError, match=rf"^`{setting}`: .*{message}"):
        Settings(**given).check()


def test_bounds_themselves_are_possible() -> None:
    Settings(start=-1.0, stop=0.0, stride=1, blocks=2, cutoff=1e-300, jobs=1).check()
    with pytest.raises(SettingError, match=r"`stop`: .*`start`, 1 ps, got 1 ps"):
        Settings(start=1.0, stop=1.0).check()


def test_defaults_are_those_of_the_command_line() -> None:
    arguments = build_parser().parse_args(["analyze", "run"])
    assert {each.name: getattr(arguments, each.name) for each in fields(Settings)} == vars(Settings())


def test_what_differs_from_the_default_was_chosen() -> None:
    settings = Settings(cutoff=5.0, isotropic=False)
    assert [each.name for each in fields(Settings) if settings.chosen(each.name)] == ["cutoff", "isotropic"]
