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
        with pytest.raises(_core.MetadataError, match=f"metadata field `{'.'.join(path)}`: .*value, got none"):
            _core.parse_metadata(changed(document, path, None))


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        (("format", "version"), 99, r"`format\.version`: .* 1, got 99"),
        (("format", "name"), "other", r'`format\.name`: .*tumble, got "other"'),
        (("name",), "", r'`name`: .*got ""'),
        (("species",), [], r"`species`: .*at least one"),
        (("species",), ["O", "O"], r"`species`: .*twice"),
        (("cutoff",), 0, r"`cutoff`: .* 0 Å, got 0"),
        (("cutoff",), "4", r'`cutoff`: .*finite.* got "4"'),
        (("depth",), 0, r"`depth`: .* 0, got 0"),
        (("depth",), 1.5, r"`depth`: .* 0, got 1.5"),
        (("depth",), 2**32, r"`depth`: .* 1000, got 4294967296"),
        (("dtype",), "float16", r"`dtype`: .*float32 or float64"),
        (("outputs",), ["charge"], r"`outputs`: .* `energy`"),
        (("baseline",), [0.0], r"`baseline`: .* 2"),
        (("parameters",), -1, r"`parameters`: .* 0, got -1"),
        (("symmetry", "kind"), "perfect", r"`symmetry\.kind`: .*exact or rotations or approximate, got \"perfect\""),
        (("symmetry", "energy_error"), -0.1, r"`symmetry\.energy_error`: .* from 0"),
        (("symmetry", "force_error"), "small", r"`symmetry\.force_error`: .*finite"),
        (("symmetry", "under_rotations"), 0.1, r"`symmetry\.under_rotations`: .*object, got 0.1"),
        (("symmetry", "under_inversion"), {"energy_error": 0.1}, r"`symmetry\.under_inversion\.force_error`: .*none"),
        (
            ("symmetry", "under_inversion"),
            {"energy_error": 0.1, "force_error": -1},
            r"`symmetry\.under_inversion\.force_error`: .* from 0, got -1",
        ),
        (("provenance", "data"), ["x"], r"`provenance\.data\[0\]`: .*object"),
        (("provenance", "seeds"), 3, r"`provenance\.seeds`: .*got 3"),
        (("references",), [], r"`references`: .*reference structure"),
        (
            ("references", 0, "forces"),
            [[0, 0, 0]],
            r"`references\[0\].forces`: .* 3 atoms",
        ),
        (("references", 0, "symbols"), ["O", "H", "X"], r"`references\[0\]\.symbols\[2\]`: .*model's"),
        (("references", 0, "cell"), [[1, 0], [0, 1]], r"`references\[0\].cell`: .* 3"),
        (("references", 0, "periodic"), [0, 1, 1], r"`references\[0\].periodic\[0\]`: .*got 0"),
    ],
)
def test_wrong_values(document: dict[str, Any], path: tuple[str | int, ...], value: Any, text: str) -> None:
    with pytest.raises(_core.MetadataError, match=text):
        _core.parse_metadata(changed(document, path, value))


@pytest.mark.parametrize(("kind", "alone"), [("exact", False), ("rotations", True), ("approximate", False)])
def test_kinds_of_symmetry(document: dict[str, Any], kind: str, alone: bool) -> None:
    """The parts of the errors may be missing, as in older files."""
    errors = {"energy_error": 0.1, "force_error": 0.0}
    for parts in ({}, {"under_rotations": errors, "under_inversion": errors}):
        symmetry = {"group": "O(3)", "kind": kind, **errors, **parts, "how": "toy"}
        found = _core.parse_metadata(changed(document, ("symmetry",), symmetry))
        assert (found.symmetry_kind, found.breaks_parity_alone) == (kind, alone)


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", "null", "3"])
def test_documents_that_are_none(text: str) -> None:
    with pytest.raises(_core.MetadataError, match="metadata"):
        _core.parse_metadata(text)
