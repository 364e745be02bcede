"""With the kind `toy` of tests/support/toy_kind.py; the kinds themselves are tested in tests/peers."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from ase import Atoms
from support.toy_kind import RepulsionCalculator, Write

import tumble
from tumble import metadata
from tumble.convert import Request, convert
from tumble.errors import ConfigurationError, ConversionError

WATER = Atoms("OH2", positions=[[0, 0, 0], [0.76, 0.59, 0], [-0.76, 0.59, 0]], info={"name": "water"})


def test_a_model_file_with_what_the_source_states(toy_source: Write, tmp_path: Path) -> None:
    found = convert("toy", Request(str(toy_source())), tmp_path / "toy.pt")
    document = metadata.read(tmp_path / "toy.pt")
    assert found.metadata == document
    assert (document["name"], document["species"], document["dtype"]) == ("source", ["H", "O"], "float64")
    assert (document["cutoff"], document["depth"], document["baseline"]) == (4.0, 1, [-13.6, -430.0])
    assert (document["licence"], document["citation"]) == ("CC0-1.0", "nobody")
    assert document["provenance"]["configuration"]["source"] == "source.json"
    assert document["symmetry"]["force_error"] < 1e-12
    assert [each["name"] for each in document["references"]] == ["dense box", "cluster", "small triclinic box"]
    assert [each.name for each in found.differences][-1] == "isolated atom"
    assert max(each.force for each in found.differences) < 1e-12


def test_the_model_file_alone_gives_the_packages_numbers(toy_source: Write, tmp_path: Path) -> None:
    convert("toy", Request(str(toy_source()), elements=["O", "H"], dtype="float32"), tmp_path / "toy.pt")
    ours, theirs = WATER.copy(), WATER.copy()
    ours.calc, theirs.calc = tumble.Calculator(tmp_path / "toy.pt", device="cpu"), RepulsionCalculator(0.4, 4.0)
    assert ours.get_potential_energy() == pytest.approx(theirs.get_potential_energy(), rel=1e-7)
    assert ours.get_forces() == pytest.approx(theirs.get_forces(), abs=1e-6)


def test_what_the_user_states_comes_first(toy_source: Write, tmp_path: Path) -> None:
    words = {"name": "mine", "licence": "MIT", "citation": "me"}
    document = convert("toy", Request(str(toy_source())), tmp_path / "toy.pt", **words).metadata
    assert {key: document[key] for key in words} == words


def test_the_users_structures_are_stored_and_compared(toy_source: Write, tmp_path: Path) -> None:
    found = convert("toy", Request(str(toy_source())), tmp_path / "toy.pt", references=[WATER])
    assert [each["name"] for each in found.metadata["references"]] == ["water"]
    assert found.metadata["symmetry"]["how"].endswith("of 1 structure: water (3 atoms)")  # and no random ones
    assert [each.name for each in found.differences] == [
        "water",
        "dense box",
        "cluster",
        "small triclinic box",
        "isolated atom",
    ]


def test_other_numbers_than_the_packages_leave_no_file(toy_source: Write, tmp_path: Path) -> None:
    source, path = toy_source(wrong=1.0 + 1e-6), tmp_path / "toy.pt"
    with pytest.raises(ConversionError, match=r"`dense box`, .* eV, got .* eV, with forces up to .* eV/Å away"):
        convert("toy", Request(str(source)), path)
    assert list(tmp_path.iterdir()) == [source]
    path.write_bytes(b"older")
    with pytest.raises(ConversionError):
        convert("toy", Request(str(source)), path)
    assert path.read_bytes() == b"older"
    # what is one part in a million too large is within the rounding of single precision for the energy, with 24 atoms
    assert convert("toy", Request(str(source), dtype="float32"), path).differences


def test_a_network_that_rounds_more_in_single_precision(toy_source: Write, tmp_path: Path) -> None:
    """Then the package in single precision has to give its numbers; a file of double precision has no such excuse."""
    path = tmp_path / "toy.pt"
    source = str(toy_source(wrong_in_double=1.0 + 1e-4))
    found = convert("toy", Request(source, dtype="float32"), path)
    assert all(each.allowed("float32") for each in found.differences)
    with pytest.raises(ConversionError, match="`dense box`"):
        convert("toy", Request(source, dtype="float64"), path)
    with pytest.raises(ConversionError, match="`dense box`"):
        convert("toy", Request(str(toy_source(wrong=1.0 + 1e-4)), dtype="float32"), path)


def test_a_package_without_calculator_has_no_differences(toy_source: Write, tmp_path: Path) -> None:
    found = convert("toy", Request(str(toy_source(calculator=False))), tmp_path / "toy.pt")
    assert list(found.differences) == []
    assert zipfile.is_zipfile(found.path)


def test_a_choice_among_several(toy_source: Write, tmp_path: Path) -> None:
    source = str(toy_source(tasks=["a", "b"], strengths=[0.4, 0.8]))
    with pytest.raises(ConfigurationError, match="`task`: expected one of a, b, got none"):
        convert("toy", Request(source), tmp_path / "toy.pt")
    document = convert("toy", Request(source, options={"task": "b"}), tmp_path / "toy.pt").metadata
    assert document["provenance"]["configuration"]["options"] == {"task": "b"}


def test_a_folder_that_is_not_there_is_noticed_before_the_source_is_read(toy_source: Write, tmp_path: Path) -> None:
    source = toy_source()
    source.write_text("no JSON")
    with pytest.raises(FileNotFoundError, match="expected a file in a folder that exists"):
        convert("toy", Request(str(source)), tmp_path / "gone" / "toy.pt")


@pytest.mark.parametrize(
    ("kind", "request_", "words"),
    [
        ("tpy", {}, "`kind`: .*`tpy`; did you mean `toy`"),
        ("toy", {"options": {"tasks": "a"}}, "`option`: expected an option of `toy`, got `tasks`; did you mean `task`"),
        ("toy", {"options": {"task": "b"}}, "`task`: expected one of only, got `b`"),
        ("toy", {"elements": ["Fe"]}, "`elements`: .*got `Fe`"),
    ],
)
def test_wrong_requests(toy_source: Write, tmp_path: Path, kind: str, request_: dict[str, object], words: str) -> None:
    source = toy_source()
    with pytest.raises(ConfigurationError, match=words):
        convert(kind, Request(str(source), **request_), tmp_path / "toy.pt")
    assert list(tmp_path.iterdir()) == [source]
