"""What an analysis lacks, in lines on stderr and as errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from tumble.cli.failures import check_complete, report_faults
from tumble.errors import ConfigurationError, NotApplicableError
from tumble.study.analysis_file import Analysis


def test_an_event_is_one_line_however_many_observables_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    died = {"error": "a worker process died; try fewer `--jobs`"}
    assert report_faults(Analysis("run", (), {"failed": {"rdf": died, "dipole": died}}), None)
    assert capsys.readouterr().err == "tumble: error: run: rdf, dipole: a worker process died; try fewer `--jobs`\n"


def test_a_fault_gives_the_file_of_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    failed = {"rdf": {"error": "a fault of Tumble, KeyError: 'x'", "traceback": "line 1"}}
    assert report_faults(Analysis("run", (), {"failed": failed}), Path("analysis.traceback.txt"))
    assert "with the traceback in analysis.traceback.txt\n" in capsys.readouterr().err


def test_nothing_lacks(capsys: pytest.CaptureFixture[str]) -> None:
    analysis = Analysis("run", (), {"skipped": {"rdf": "`universe`: no box"}, "failed": {}})
    assert not report_faults(analysis, None)
    check_complete(analysis, by_name=False)
    assert capsys.readouterr().err == ""


def test_what_was_requested_in_vain_is_an_error() -> None:
    provenance = {"skipped": {"rdf": "`universe`: no box"}}
    with pytest.raises(NotApplicableError, match="rdf: `universe`: no box"):
        check_complete(Analysis("run", (), provenance), by_name=True)
    with pytest.raises(ConfigurationError, match="msd: `viscosity`: 1"):
        check_complete(Analysis("run", (), provenance | {"refused": {"msd": "`viscosity`: 1"}}), by_name=False)
