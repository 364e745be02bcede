"""Files of analyses: what isn't finite is saved, and damage of any kind is refused with the name of the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.random import Generator
from support import made_up_results as made_up

from tumble.errors import TrajectoryError
from tumble.observables.base.settings import Settings
from tumble.study.analysis_file import Analysis, load_analysis
from tumble.study.compare import compare
from tumble.study.fingerprint import files_gone, same_options, why_stale
from tumble.study.tables import format_comparison, format_numbers

OTHERS: tuple[Any, ...] = (None, True, -1, 1e308, "x", [], {}, [[1], [2, 3]], {"x": [None]}, "\udcff")


def test_numbers_that_are_not_finite_become_null(tmp_path: Path) -> None:
    Analysis("a", (), {"temperature_K": float("nan"), "settings": {"start": np.inf}}).save(tmp_path / "analysis.json")
    assert json.loads((tmp_path / "analysis.json").read_text())["provenance"] == {
        "temperature_K": None,
        "settings": {"start": None},
    }


def test_facts_by_their_keys() -> None:
    analysis = Analysis("a", (), {"model": {"name": "m"}, "beads": 8, "settings": None})
    assert analysis.fact("beads") == 8
    assert analysis.fact("model", "name") == "m"
    assert [analysis.fact(*keys) for keys in (("box",), ("model", "path"), ("settings", "start"), ("beads", "n"))] == [
        None
    ] * 4


def test_a_part_has_the_results_and_faults_of_its_observables() -> None:
    whole = made_up.analysis(
        "a", failed={"rdf": {"error": "x"}, "msd": {"error": "y"}, "equilibration": {"error": "z"}}
    )
    part = whole.only(["orientation", "rdf"])
    assert [result.observable for result in part.results] == ["rdf", "orientation"]
    assert list(part.failed) == ["rdf", "equilibration"]
    assert Analysis("a", ()).failed == {}
    lacking = {"skipped": {"rdf": "x", "msd": "y"}, "refused": {"msd": "z"}}
    kept = Analysis("a", (), lacking).only(["rdf"]).provenance
    assert (kept["skipped"], kept["refused"]) == ({"rdf": "x"}, {})


def test_other_formats_of_analyses_have_a_cure(tmp_path: Path) -> None:
    (tmp_path / "analysis.json").write_text('{"format": "tumble-analysis-2"}')
    with pytest.raises(TrajectoryError, match="got tumble-analysis-2"):
        load_analysis(tmp_path)


def test_files_of_earlier_versions(tmp_path: Path) -> None:
    Analysis("a", (), {"files": {"a.dump": 5}}).save(tmp_path / "analysis.json")
    assert load_analysis(tmp_path).provenance["files"] == {"a.dump": {"size": 5}}


def whole(path: Path) -> bytes:
    """The file of an analysis with everything in it."""
    settings = {"start": 1.0, "pairs": [["O", "H"]], "charges": {"O": -0.8}}
    given = {"topology": "a.data", "trajectory": ["a.dump"], "timestep": 0.0005, "observables": ["rdf"]}
    files = {"a.dump": {"size": 3, "modified_ns": 5, "sha256": "00"}}
    lacking = {"refused": {"msd": "too long"}, "failed": {"drift": {"error": "a fault", "traceback": "line 1"}}}
    made_up.analysis("a", settings=settings, given=given, files=files, notes=["note"], **lacking).save(path)
    return path.read_bytes()


def judge(path: Path) -> bool:
    """Whether a file is read; if so, everything that is done with an analysis works."""
    try:
        found = load_analysis(path)
    except TrajectoryError:
        return False
    format_numbers(found)
    format_comparison(compare([found, made_up.analysis("b")], "b") if found.name != "b" else compare([found]))
    why_stale(found, path.parent)
    files_gone(found, path.parent)
    same_options(found, {}, Settings(), path.parent)
    return True


def test_files_that_were_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "analysis.json"
    content = whole(path)
    for end in np.random.default_rng(1).integers(0, len(content) - 2, 60).tolist():
        path.write_bytes(content[:end])
        with pytest.raises(TrajectoryError, match=r"analysis\.json`: "):
            load_analysis(path)


def test_bytes_that_changed(tmp_path: Path) -> None:
    path = tmp_path / "analysis.json"
    content = whole(path)
    random = np.random.default_rng(2)
    for _ in range(40):
        changed = bytearray(content)
        for place in random.integers(0, len(content), random.integers(1, 4)).tolist():
            changed[place] = random.integers(0, 256)
        path.write_bytes(bytes(changed))
        judge(path)


def mutated(data: Any, random: Generator) -> None:
    """Replaces or removes one value somewhere in a document."""
    place = data
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = keys[random.integers(len(keys))]
        inner = place[key]
        if isinstance(inner, dict | list) and len(inner) > 0 and random.random() < 0.8:
            place = inner
        elif random.random() < 0.3:
            del place[key]
            return
        else:
            place[key] = OTHERS[random.integers(len(OTHERS))]
            return


def test_values_of_other_kinds(tmp_path: Path) -> None:
    path = tmp_path / "analysis.json"
    content = whole(path)
    random = np.random.default_rng(3)
    refused = 0
    for _ in range(120):
        data = json.loads(content)
        mutated(data, random)
        path.write_text(json.dumps(data))
        refused += not judge(path)
    assert refused > 20


@pytest.mark.parametrize("failed", ["x", {"rdf": "a fault"}, {"rdf": {}}, {"rdf": {"error": 1}}])
def test_failures_of_other_kinds(failed: object, tmp_path: Path) -> None:
    made_up.analysis("a", failed=failed).save(tmp_path / "analysis.json")
    with pytest.raises(TrajectoryError, match=r"analysis\.json`: "):
        load_analysis(tmp_path)
