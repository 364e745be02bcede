"""Every field of `tumble.json` is mandatory, and an error names the one that is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tumble import _core

ModelFile = Callable[[str], Path]


@pytest.fixture(scope="module")
def document(model_file: ModelFile) -> dict[str, Any]:
    text = _core.read_metadata(str(model_file("pair"))).to_json()
    return json.loads(text)


def paths(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """All fields of objects, without going into lists, nor into what is free in form."""
    for key, child in value.items() if isinstance(value, dict) else ():
        yield (*path, key)
        if path[:1] != ("provenance",):
            yield from paths(child, (*path, key))


def changed(document: dict[str, Any], path: tuple[str | int, ...], value: Any) -> str:
    copy = json.loads(json.dumps(document))
    place = copy
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return json.dumps(copy)


def test_no_field_may_be_missing(document: dict[str, Any]) -> None:
    fields = list(paths(document))
    assert len(fields) > 25
    for path in fields:
        with pytest.raises(_core.MetadataError, match=f"metadata field `{'.'.join(path)}`: expected a value, got none"):
            _core.parse_metadata(changed(document, path, None))


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        (("format", "version"), 99, "`format.version`: expected at most 1, got 99; .* update this one"),
        (("format", "name"), "other", '`format.name`: expected tumble, got "other"'),
        (("name",), "", '`name`: expected a string that isn\'t empty, got ""'),
        (("species",), [], "`species`: expected at least one chemical symbol"),
        (("species",), ["O", "O"], "`species`: expected no entry twice"),
        (("cutoff",), 0, "`cutoff`: expected a length above 0 Å, got 0"),
        (("cutoff",), "4", '`cutoff`: expected a finite number, got "4"'),
        (("depth",), 0, "`depth`: expected an integer above 0, got 0"),
        (("depth",), 1.5, "`depth`: expected an integer above 0, got 1.5"),
        (("depth",), 2**32, "`depth`: expected at most 1000, got 4294967296"),
        (("dtype",), "float16", "`dtype`: expected float32 or float64"),
        (("outputs",), ["charge"], "`outputs`: expected `energy` among the outputs"),
        (("baseline",), [0.0], "`baseline`: expected a list of 2"),
        (("parameters",), -1, "`parameters`: expected an integer from 0, got -1"),
        (("symmetry", "kind"), "perfect", "`symmetry.kind`: expected exact or approximate"),
        (("symmetry", "energy_error"), -0.1, "`symmetry.energy_error`: expected null or a number from 0"),
        (("symmetry", "force_error"), "small", "`symmetry.force_error`: expected a finite number"),
        (("provenance", "data"), ["x"], r"`provenance.data\[0\]`: expected an object"),
        (("provenance", "seeds"), 3, "`provenance.seeds`: expected an object, got 3"),
        (("references",), [], "`references`: expected at least one reference structure"),
        (
            ("references", 0, "forces"),
            [[0, 0, 0]],
            r"`references\[0\].forces`: expected one vector for each of 3 atoms",
        ),
        (("references", 0, "symbols"), ["O", "H", "X"], r"`references\[0\].symbols\[2\]`: expected one of the model's"),
        (("references", 0, "cell"), [[1, 0], [0, 1]], r"`references\[0\].cell`: expected a list of 3"),
        (("references", 0, "periodic"), [0, 1, 1], r"`references\[0\].periodic\[0\]`: expected true or false, got 0"),
    ],
)
def test_wrong_values(document: dict[str, Any], path: tuple[str | int, ...], value: Any, text: str) -> None:
    with pytest.raises(_core.MetadataError, match=text):
        _core.parse_metadata(changed(document, path, value))


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", "null", "3"])
def test_documents_that_are_none(text: str) -> None:
    with pytest.raises(_core.MetadataError, match="metadata"):
        _core.parse_metadata(text)
