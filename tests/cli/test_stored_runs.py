"""`tumble compare` and `tumble report`: which runs are analyzed first, and what their analyses lack."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.tumbling_water import BOX, write_run

from tumble.analysis import load_analysis
from tumble.cli import main
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.plan import Plan
from tumble.observables.structure.rdf import Rdf


def test_run_that_was_not_analysed_is(fair: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fresh = write_run(tmp_path / "fresh", frames=100)
    assert main(["compare", str(fresh), "--observables", "dipole"]) == 0
    captured = capsys.readouterr()
    assert "not analyzed yet, so it is analyzed first" in captured.err
    assert "fresh against exact symmetry" in captured.out


def test_run_in_a_folder_of_somebody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = write_run(tmp_path / "run", frames=100)
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK or run not in (path, *path.parents))
    assert main(["compare", str(run)]) == 0
    captured = capsys.readouterr()
    assert f"not stored, since the permissions forbid `{run / 'analysis.json'}`" in captured.err
    assert "run against exact symmetry" in captured.out
    assert not (run / "analysis.json").exists()
    assert main(["analyze", str(run)]) == 2
    assert "`--output`: " in capsys.readouterr().err


def test_run_that_changed_or_other_options_are_analysed_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = write_run(tmp_path / "run", frames=100)
    command = ["compare", str(run), "--observables", "dipole"]
    assert main(["analyze", str(run), "--observables", "dipole"]) == 0
    capsys.readouterr()
    assert main(command) == 0
    assert capsys.readouterr().err == ""
    assert main([*command, "--start", "0.2"]) == 0
    assert "analyzed with other options, so it is analyzed first" in capsys.readouterr().err
    assert main(["compare", str(run), "--observables", "orientation"]) == 0
    assert "not analyzed for orientation, so it is analyzed first" in capsys.readouterr().err
    longer = write_run(tmp_path / "longer", frames=120) / "water.dump"
    (run / "water.dump").write_text(longer.read_text())
    assert main(command) == 0
    assert "changed since it was analyzed, so it is analyzed first" in capsys.readouterr().err


def test_stored_analysis_is_judged_by_all_that_it_depends_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = write_run(tmp_path / "run", frames=100)
    file, dump = run / "analysis.json", run / "water.dump"
    assert main(["analyze", str(run), "--observables", "dipole", "--start", "0.2"]) == 0
    # Another trajectory of the same size, and the options of before.
    text = dump.read_text()
    dump.write_text(text.replace("0.7", "0.8"))
    assert dump.stat().st_size == len(text)
    capsys.readouterr()
    assert main(["compare", str(run)]) == 0
    assert (
        "`water.dump` changed since it was analyzed, so it is analyzed first, which replaces" in capsys.readouterr().err
    )
    assert load_analysis(run)["dipole"].metadata["time_ps"][0] == pytest.approx(0.2)
    assert [result.observable for result in load_analysis(run).results] == ["dipole"]
    assert main(["compare", str(run)]) == 0
    assert capsys.readouterr().err == ""
    for options in (["--stride", "2"], ["--temperature", "290"]):
        assert main(["compare", str(run), "--observables", "dipole", *options]) == 0
        assert "analyzed with other options, so it is analyzed first" in capsys.readouterr().err
    assert main(["compare", str(file), "--start", "0.1"]) == 2
    assert "expected a run to be analyzed with these options, got the stored analysis" in capsys.readouterr().err
    dump.write_text(text)
    assert main(["compare", str(file)]) == 0
    assert "used, although `water.dump` changed since it was analyzed" in capsys.readouterr().err
    dump.unlink()
    before = file.read_bytes()
    assert main(["compare", str(run)]) == 1
    assert "but `water.dump` is gone; give" in capsys.readouterr().err
    assert file.read_bytes() == before
    assert main(["compare", str(file)]) == 0


def test_runs_of_the_same_name_need_names(bare: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = write_run(tmp_path / "bare", frames=100)
    command = ["compare", str(bare), str(other), "--observables", "dipole", "--reference", f"{other}/"]
    assert main(command) == 2
    assert "expected different names, got bare, bare; give `--names`" in capsys.readouterr().err
    assert main([*command, "--names", "a,b"]) == 0
    assert "a against b" in capsys.readouterr().out


@pytest.mark.parametrize("by_name", [False, True])
@pytest.mark.parametrize("command", ["compare", "report"])
def test_a_fault_is_reported_when_a_run_is_analyzed_and_later(
    command: str, by_name: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def faulty(run: OpenedRun) -> Plan:
        raise ZeroDivisionError(run.run.name)

    monkeypatch.setattr(Rdf, "from_run", faulty)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    run = write_run(tmp_path / "run", frames=60)
    output = ["-o", str(tmp_path / "page.html")] if command == "report" else []
    observables = ["--observables", "rdf,orientation"] if by_name else []
    tracebacks = run / "analysis.traceback.txt"
    for _ in range(2):
        assert main([command, str(run), *observables, *output]) == 1
        error = capsys.readouterr().err
        assert "tumble: error: run: rdf: a fault of Tumble, ZeroDivisionError: run" in error
        if by_name:  # nothing is saved next to the run
            (tracebacks,) = tmp_path.glob("tumble-*.traceback.txt")
            assert not (run / "analysis.json").exists()
        assert str(tracebacks) in error
        assert "in faulty" in tracebacks.read_text()
        if by_name:
            tracebacks.unlink()


def test_a_fault_of_what_was_not_requested_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = write_run(tmp_path / "run", frames=60)
    monkeypatch.setattr(Rdf, "from_run", lambda run: 1 / 0)
    assert main(["analyze", str(run), "--observables", "rdf,dipole"]) == 1
    capsys.readouterr()
    assert main(["compare", str(run), "--observables", "dipole"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert "ZeroDivisionError" not in printed.out
    assert main(["compare", str(run / "analysis.json")]) == 1
    printed = capsys.readouterr()
    assert f"with the traceback in {run / 'analysis.traceback.txt'}" in printed.err
    assert "note: run has no rdf: a fault of Tumble, ZeroDivisionError" in printed.out


@pytest.mark.parametrize("file", ["", "analysis.json"])
def test_a_wrong_setting_counts_when_a_run_is_analyzed_and_later(
    file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = write_run(tmp_path / "shrinking", frames=60)
    dump = run / "water.dump"
    before, found, after = dump.read_text().partition("ITEM: TIMESTEP\n400\n")
    dump.write_text(before + found + after.replace(f"0 {BOX}\n", f"0 {BOX - 0.2}\n"))
    assert main(["analyze", str(run), "--observables", "rdf,orientation", "--cutoff", "5.95"]) == 2
    for _ in range(2):
        capsys.readouterr()
        assert main(["compare", str(run / file)]) == 2
        assert "tumble: error: rdf: `cutoff`: expected at most" in capsys.readouterr().err
    assert main(["compare", str(run / file), "--observables", "orientation"]) == 0
    assert main(["compare", str(run / "analysis.json"), "--observables", "rdf"]) == 2
