"""JSON that every program can read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tumble.json_text import json_text


def test_what_is_not_finite_becomes_null():
    data = {"a": [np.nan, np.inf, -np.inf, 1.5], "b": np.array([[1.0, np.nan]]), "c": np.float32(0.5), "d": np.int64(3)}
    text = json_text(data)
    assert json.loads(text, parse_constant=pytest.fail) == {
        "a": [None, None, None, 1.5],
        "b": [[1.0, None]],
        "c": 0.5,
        "d": 3,
    }
    assert text.endswith("}\n")


def test_names_that_are_not_text_survive():
    name = b"r\xffn".decode(errors="surrogateescape")
    text = json_text({"name": name, "path": Path("a")})
    assert text.isascii()
    assert json.loads(text) == {"name": name, "path": "a"}
