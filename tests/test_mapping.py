"""Mappings as dataclasses: types, nesting and the names in messages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tumble.errors import ConfigurationError
from tumble.mapping import build


@dataclass(frozen=True)
class Part:
    share: float
    file: Path | None = None

    def __post_init__(self) -> None:
        if self.share > 1.0:
            raise ValueError("too much")


@dataclass(frozen=True)
class Whole:
    parts: tuple[Part, ...]
    sizes: dict[str, int]
    name: str = "whole"
    closed: bool = False


GOOD: dict[str, Any] = {"parts": [{"share": "1e-2", "file": "a/b.xyz"}, {"share": 1}], "sizes": {"x": 3}}


def test_types(tmp_path: Path) -> None:
    whole = build(Whole, GOOD, tmp_path)
    assert whole == Whole((Part(0.01, tmp_path / "a" / "b.xyz"), Part(1.0, None)), {"x": 3}, "whole")
    assert isinstance(whole.parts[1].share, float)
    assert build(Whole, {**GOOD, "closed": True}, tmp_path).closed is True


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"nam": "x"}, r"^`configuration`: .*`nam`; .*`name`\?"),
        ({"name": 1}, r"^`name`: .*got 1"),
        ({"closed": "no"}, r"^`closed`: .*yes or no, got 'no'"),
        ({"sizes": {"x": 1.0}}, r"^`sizes\.x`: .*got 1\.0"),
        ({"sizes": {"x": True}}, r"^`sizes\.x`: .*got True"),
        ({"sizes": {1: 1}}, r"^`sizes`: .*mapping"),
        ({"parts": {}}, r"^`parts`: .*got \{\}"),
        ({"parts": [{"share": 1}, 3]}, r"^`parts\[1\]`: .*got 3"),
        ({"parts": [{"file": "x"}]}, r"^`parts\[0\]`: .* `share`, got none"),
        ({"parts": [{"share": "nan"}]}, r"^`parts\[0\]\.share`: .*got 'nan'"),
        ({"parts": [{"share": 2}]}, r"^`parts\[0\]`: too much"),
    ],
)
def test_mistakes(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        build(Whole, {**GOOD, **change}, Path())
