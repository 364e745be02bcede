"""In what runs differ beside their rotations."""

from __future__ import annotations

from typing import Any

import pytest
from support import made_up_results as made_up

from tumble.study.analysis_file import Analysis
from tumble.study.compare import compare
from tumble.study.confounders import differences, explanations, unequal_lengths
from tumble.study.tables import format_comparison
from tumble.study.verdict import SYMMETRY

DRIFT = {"until_ps": 3.2, "columns": {"potential": {"what": "the potential energy", "until_ps": 3.2, "sigma": 12.3}}}


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ({"symmetrize": "icosahedral", "length_ps": 1.0}, []),
        ({"temperature_K": 301.5}, []),  # measured
        ({"temperature_K": 310.0}, ["the temperature (310 K, not 300 K)"]),
        ({"temperature_K": 350.0, "ensemble": "NVE"}, ["the ensemble (NVE, not NVT)"]),  # the temperature is a result
        ({"damping_ps": 1.0}, ["the time constant of the thermostat (1 ps, not 0.1 ps)"]),
        ({"damping_ps": None}, []),
        ({"pressure_bar": 2000.0}, ["the pressure (2000 bar, not 1 bar)"]),
        ({"model": {"sha256": "f" * 64}}, ["the model file"]),
        ({"beads": 1, "timestep_fs": 0.25}, ["the number of beads (1, not 32)", "the time step (0.25 fs, not 0.5 fs)"]),
        ({"beads": None, "engine": None}, []),
        ({"atoms": 81}, ["the number of atoms (81, not 192)"]),
        ({"box_A": [13.0] * 3 + [90.0] * 3}, ["the box"]),
        ({"box_A": [12.0000001] * 3 + [90.0] * 3}, []),
        ({"minimized": True}, ["the start (only b was minimized)"]),
    ],
)
def test_settings(other: dict[str, Any], found: list[str]) -> None:
    common: dict[str, Any] = {"atoms": 192, "box_A": [12.0] * 3 + [90.0] * 3, "minimized": False}
    common |= {"damping_ps": 0.1, "pressure_bar": 1.0}
    assert differences(made_up.analysis("b", **common | other), made_up.analysis("a", **common)) == found


def test_results_of_either_run_are_no_settings() -> None:
    free = made_up.analysis("a", ensemble="NVE", temperature_K=350.0)
    assert differences(made_up.analysis("b"), free) == ["the ensemble (NVT, not NVE)"]
    constant, squeezed = (
        made_up.analysis("a", ensemble=name, box_A=[size] * 6) for name, size in (("NVT", 12.0), ("NPT", 12.5))
    )
    for runs in ((constant, squeezed), (squeezed, constant)):
        assert [difference.partition(" (")[0] for difference in differences(*runs)] == ["the ensemble"]


def test_boxes_at_constant_pressure_are_results() -> None:
    runs = [made_up.analysis(name, ensemble="NPT", box_A=[size] * 6) for name, size in (("a", 12.0), ("b", 12.5))]
    assert differences(*runs) == []


def test_lengths() -> None:
    runs = [made_up.analysis("a", length_ps=2.0), made_up.analysis("b", length_ps=20.0)]
    assert unequal_lengths(*runs).startswith("a is 2 ps long, b 20 ps: ")
    assert unequal_lengths(runs[0], made_up.analysis("b", length_ps=2.5)) == ""
    assert unequal_lengths(runs[0], made_up.analysis("b", length_ps=None)) == ""


def test_what_settings_explain_is_no_bias() -> None:
    reference = made_up.analysis("b", seed=20)
    for other, word in (({}, "bias"), ({"ensemble": "NVT (Langevin)"}, "difference"), ({"drift": DRIFT}, "difference")):
        comparison = compare([made_up.analysis("a", bias=0.3, seed=10, **other), reference], "b")
        seen = [row for row in comparison.rows if row.visible and row.reference == "b" and not row.diagnostic]
        assert len(seen) > 0
        assert all(row.text.startswith(f"{word}: ") for row in seen)
        assert all(bool(row.explained) == (word == "difference") for row in seen)
        printed = format_comparison(comparison)
        assert ("may be explained by the warnings" in printed) == (word == "difference")
        assert ("warning: a" in printed) == (word == "difference")


def test_runs_that_were_not_in_equilibrium() -> None:
    drifting, settled = made_up.analysis("a", drift=DRIFT), made_up.analysis("b")
    assert explanations(drifting, None) == ["the start of a, out of equilibrium"]
    assert explanations(settled, drifting) == ["the start of a, out of equilibrium"]
    assert explanations(settled, None) == []
    comparison = compare([drifting])
    assert comparison.warnings == (
        "a wasn't in equilibrium at its start: the potential energy by 12 σ until 3.2 ps; give `--start 3.2`.",
    )
    assert {row.explained for row in comparison.rows if row.reference == SYMMETRY} == {explanations(drifting, None)[0]}


def test_observables_that_failed() -> None:
    failed = {"rdf": {"error": "a fault of Tumble, KeyError: 'x'", "traceback": "line 1"}}
    comparison = compare([made_up.analysis("a", failed=failed)])
    (note,) = comparison.notes
    assert note.startswith("a has no rdf: ")
    assert "KeyError: 'x'" in note
    assert "line 1" not in note
    assert comparison.warnings == ()  # it explains no difference


def test_a_run_with_itself() -> None:
    files = {"a.dump": {"size": 9, "sha256": "00"}, "log": {"size": 2, "sha256": "01"}}
    runs = [made_up.analysis(name, files=files, positions=["a.dump"]) for name in ("a", "b")]
    assert compare(runs, "b").warnings == (
        "a and b were analyzed from the same file, `a.dump`: they aren't independent, and differences mean nothing.",
    )


@pytest.mark.parametrize("size", [2, 20])
def test_runs_that_share_a_topology_are_independent(size: int) -> None:
    """However large it is: a short trajectory may be smaller than the topology or the model for dipoles."""
    runs = []
    for name, digest in (("a", "00"), ("b", "02")):
        files = {"a.dump": {"size": 9, "sha256": digest}, "top.psf": {"size": size, "sha256": "01"}}
        runs.append(made_up.analysis(name, files=files, positions=["a.dump"]))
    assert compare(runs, "b").warnings == ()


def test_nothing_is_known() -> None:
    runs = [Analysis("a", ()), Analysis("b", ())]
    assert compare(runs, "b").warnings == ()
    assert format_comparison(compare(runs, "b")) == "nothing could be compared"
