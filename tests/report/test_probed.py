"""Symmetry error against the set of rotations, from what `tumble probe --json` writes."""

from __future__ import annotations

from typing import Any

import pytest
from support.html_page import data_of

from tumble.errors import TrajectoryError
from tumble.report.probed import probed_section


def test_sets_in_the_order_of_their_cost(probe: dict[str, Any]) -> None:
    section = probed_section(probe)
    assert section.text == "Model water on 5 structures of liquid.extxyz, against degree:12+inversion."
    assert [(row.header, *row.cells) for row in section.table.rows] == [
        ("none", "1", "2", "10.0", "10.0", "10.0"),
        ("random:8", "8", "2", "2.00", "2.00", "2.00"),
        ("tetrahedral+inversion", "24", "2", "1.00", "1.00", "1.00"),
        ("exact", "60", "2", "0", "0", "0"),
    ]
    assert section.table.download is not None
    assert data_of(section.table.download.uri).decode().splitlines()[1] == "none,1,2,10.0,10.0,10.0"


def test_a_calculator_without_torques(probe: dict[str, Any]) -> None:
    sets = [each | {"torque": None} for each in probe["sets"]]
    section = probed_section(probe | {"sets": sets, "random": []})
    assert {row.cells[-1] for row in section.table.rows} == {"–"}
    assert section.table.download is not None
    assert data_of(section.table.download.uri).decode().splitlines()[1] == "none,1,2,10.0,10.0,"


def test_labels(probe: dict[str, Any]) -> None:
    content = data_of(probed_section(probe).image.uri).decode()
    for text in ("tetrahedral+inversion (24)", "forces, rms error / (meV/Å)"):
        assert f"<!-- {text} -->" in content
    assert "mathdefault" not in content


def test_a_probe_that_was_never_written_to_a_file(probe: dict[str, Any]) -> None:
    unwritten = probe | {key: tuple(probe[key]) for key in ("sets", "random")}
    assert probed_section(unwritten) == probed_section(probe)


@pytest.mark.parametrize("missing", ["sets", "random", "reference", "model"])
def test_something_else(probe: dict[str, Any], missing: str) -> None:
    rest = {key: value for key, value in probe.items() if key != missing}
    with pytest.raises(TrajectoryError, match=rf"`tumble probe --json`.*without `{missing}`"):
        probed_section(rest)


@pytest.mark.parametrize(
    "changes",
    [
        {"sets": 5},
        {"sets": [], "random": []},
        {"sets": [5]},
        {"sets": [{"name": "none"}]},
        {"structures": None},
        {"model": None},
        {"reference": "icosahedral"},
    ],
)
def test_values_of_other_kinds(probe: dict[str, Any], changes: dict[str, Any]) -> None:
    with pytest.raises(TrajectoryError, match="`tumble probe --json`"):
        probed_section(probe | changes)


@pytest.mark.parametrize(("key", "value"), [("evaluations", "1"), ("forces", 0.1), ("forces", {"rms": None})])
def test_values_of_other_kinds_in_a_set(probe: dict[str, Any], key: str, value: Any) -> None:
    with pytest.raises(TrajectoryError, match=f"`tumble probe --json`.*`{'rms' if 'r' in str(value) else key}`"):
        probed_section(probe | {"sets": [probe["sets"][0] | {key: value}]})
