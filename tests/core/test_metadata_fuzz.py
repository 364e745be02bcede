"""Whatever stands in a model file, its metadata are read, or refused with the one typed error."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tumble import _core

ModelFile = Callable[[str], Path]
#: The same examples in every run. Fixtures of the module hold what no example changes.
FUZZ = settings(
    derandomize=True,
    max_examples=300,
    deadline=None,
    # a busy machine is slow to draw, which says nothing about the examples
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def text(model_file: ModelFile) -> str:
    return _core.read_metadata(str(model_file("pair"))).to_json()


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "model.pt"


def attempt(function: Callable[[Any], Any], argument: object, allowed: type[Exception]) -> tuple[Any, str]:
    """What a function returns, or the text of the one error that it may raise."""
    try:
        return function(argument), ""
    except allowed as error:
        return None, str(error)


def parse(document: str | bytes) -> None:
    """Success means that what the core computes with makes sense."""
    metadata, refusal = attempt(_core.parse_metadata, document, _core.MetadataError)
    if metadata is None:
        assert refusal.startswith("metadata")
        assert len(refusal) < 1000
        return
    assert metadata.cutoff > 0
    assert metadata.depth > 0
    assert metadata.bytes_per_edge > 0
    assert len(metadata.baseline) == len(metadata.species) > 0


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Paths to all values below this one."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        yield (*path, key)
        yield from places(child, (*path, key))


@given(st.data())
@FUZZ
def test_any_value_at_any_place(text: str, data: st.DataObject) -> None:
    document = json.loads(text)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(places(document))))
        parent = document
        for key in path[:-1]:
            parent = parent[key]
        if data.draw(st.booleans()):
            parent[path[-1]] = data.draw(VALUES)
        else:
            del parent[path[-1]]
    parse(json.dumps(document))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("depth",), 2**32),  # zero as a C++ int
        (("depth",), 2**64),
        (("format", "version"), 2**63),
        (("bytes_per_edge",), 2**64 - 1),
        (("cutoff",), 10**400),
        (("species",), ["O\0", "H"]),
    ],
)
def test_numbers_at_the_limits_of_types(text: str, path: tuple[str, ...], value: object) -> None:
    document = json.loads(text)
    parent = document
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    parse(json.dumps(document))


@given(st.binary(max_size=300))
@example(b"\xff\xfe{")
@example(b"[" * 200000)
@example(b'{"format":' * 50000)
@example(b'{"format":' + b"[" * 100000 + b"]" * 100000 + b"}")
@FUZZ
def test_any_bytes(document: bytes) -> None:
    parse(document)


@given(st.integers(0), st.integers(0, 40), st.binary(max_size=8))
@FUZZ
def test_any_bytes_in_the_text(text: str, place: int, length: int, new: bytes) -> None:
    document = text.encode()
    place %= len(document)
    parse(document[:place] + new + document[place + length :])


@given(st.floats(0, 1))
@FUZZ
def test_any_part_of_a_file(model_file: ModelFile, scratch: Path, share: float) -> None:
    whole = model_file("pair").read_bytes()
    scratch.write_bytes(whole[: int(share * (len(whole) - 1))])
    with pytest.raises(_core.ModelFileError, match="model file"):
        _core.read_metadata(str(scratch))


@given(st.lists(st.tuples(st.integers(0), st.integers(0, 7)), min_size=1, max_size=4), st.booleans())
@FUZZ
def test_any_bits_flipped(
    model_file: ModelFile, scratch: Path, bits: list[tuple[int, int]], in_the_directory: bool
) -> None:
    """Half of them at the end of the archive, where its table of contents is."""
    content = bytearray(model_file("pair").read_bytes())
    region = 2000 if in_the_directory else len(content)
    for place, bit in bits:
        content[len(content) - 1 - place % region] ^= 1 << bit
    scratch.write_bytes(content)
    metadata, refusal = attempt(_core.read_metadata, str(scratch), _core.ModelFileError)
    assert metadata is not None or refusal.startswith(("model file `", "metadata"))


@given(st.binary(max_size=500))
@FUZZ
def test_any_file(scratch: Path, content: bytes) -> None:
    for start in (b"", b"PK\x03\x04"):
        scratch.write_bytes(start + content)
        with pytest.raises(_core.ModelFileError, match="model file"):
            _core.read_metadata(str(scratch))
