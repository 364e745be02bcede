"""What was run."""

from __future__ import annotations

from support import made_up_results as made_up

from tumble.report.provenance import key_text, provenance_of, runs_table, skipped, text_of
from tumble.study.analysis_file import Analysis


def test_runs_beside_each_other() -> None:
    runs = [made_up.analysis("a", temperature_K=None), made_up.analysis("b", symmetrize="icosahedral", engine=None)]
    table = runs_table(runs, "b")
    assert table.head == ["", "a", "b (reference)"]
    assert {row.header: row.cells for row in table.rows} == {
        "Rotations": ["none", "icosahedral"],
        "Model": ["water", "water"],
        "Engine": ["LAMMPS", "–"],
        "Ensemble": ["NVT", "NVT"],
        "Temperature / K": ["–", "300"],
        "Beads": ["32", "32"],
        "Length / ps": ["25", "25"],
        "Time step / fs": ["0.5", "0.5"],
    }


def test_what_all_runs_share_is_said_once() -> None:
    runs = [made_up.analysis("a"), made_up.analysis("b", symmetrize="icosahedral")]
    shared, first, second = provenance_of(runs)
    assert shared.name == "All runs"
    assert shared.entries["model sha256"] == "0123abcd" * 8
    assert shared.entries["versions"] == "tumble 0.5.0, numpy 2.4.1"
    assert shared.entries["temperature / K"] == "300"
    assert first.entries == {"symmetrize": "none"}
    assert second.entries == {"symmetrize": "icosahedral"}
    assert first.inputs == {"in.water": 'pair_style tumble # <b> & "more"\n'}


def test_one_run() -> None:
    (only,) = provenance_of([made_up.analysis("a")])
    assert only.entries["files"] == "traj.dump (1234 bytes)"
    assert only.entries["model name"] == "water"


def test_nothing_known() -> None:
    runs = [Analysis("a", ()), Analysis("b", (), {"inputs": None, "skipped": None, "model": {}})]
    assert [(one.entries, one.inputs) for one in provenance_of(runs)] == [({}, {}), ({}, {})]
    assert runs_table(runs, None).rows == []
    assert skipped(runs) == []


def test_reasons_of_what_is_missing() -> None:
    assert skipped([made_up.analysis("a")]) == ["a: no msd, since 3 frames are too few"]
    lacking = {"refused": {"rdf": "too far"}, "failed": {"drift": {"error": "a fault", "traceback": "line 1"}}}
    assert skipped([Analysis("b", (), lacking)]) == ["b: no rdf, since too far", "b: no drift, since a fault"]
    assert provenance_of([Analysis("b", (), lacking)])[0].entries == {}


def test_text_of_values() -> None:
    values = [None, True, 3, 0.1234567, 1e20, float("nan"), ["a", 1.0], [[1], [2]], {"a": "é"}, "text"]
    texts = ["–", "yes", "3", "0.123457", "1e+20", "–", "a, 1", "[[1], [2]]", '{"a": "é"}', "text"]
    assert [text_of(value) for value in values] == texts


def test_labels() -> None:
    assert [key_text(key) for key in ("temperature_K", "time_ps", "first_frame", "cutoff_A")] == [
        "temperature / K",
        "time / ps",
        "first frame",
        "cutoff / Å",
    ]
