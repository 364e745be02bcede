"""A page of runs that were never run."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from support import made_up_results as made_up
from support.made_up_audit import made_up_audit

from tumble.json_text import json_text
from tumble.probe import Estimate, SetErrors
from tumble.report import write_report
from tumble.study.analysis_file import Analysis
from tumble.study.compare import compare


@pytest.fixture(scope="session")
def analyses() -> list[Analysis]:
    """A biased run, one with a hostile name, and the reference."""
    return [
        made_up.analysis("bare", bias=0.3, seed=10),
        made_up.analysis('<b>tetra & "hedral"</b>', bias=0.01, seed=20, symmetrize="tetrahedral"),
        made_up.analysis("icosahedral", seed=30, symmetrize="icosahedral"),
    ]


@pytest.fixture(scope="session")
def probe() -> dict[str, Any]:
    """What `tumble probe --json` writes, as far as the page looks at it."""

    def errors(name: str, evaluations: int, size: float, error: float | None = 1e-4) -> dict[str, Any]:
        one = Estimate(size, size, error, error)
        return asdict(SetErrors(name, "tumble", "+" in name, evaluations, 2, one, one, one, one))

    return {
        "model": "water",
        "frames": "liquid.extxyz",
        "structures": 5,
        "reference": {"name": "degree:12+inversion"},
        "sets": [errors("none", 1, 0.01), errors("tetrahedral+inversion", 24, 0.001), errors("exact", 60, 0.0)],
        "random": [errors("random:8", 8, 0.002, None)],
    }


@pytest.fixture(scope="session")
def check() -> dict[str, Any]:
    """What `tumble check --json` writes."""
    found: dict[str, Any] = json.loads(json_text(made_up_audit().to_dict()))
    return found


@pytest.fixture(scope="session")
def page_file(
    analyses: list[Analysis],
    probe: dict[str, Any],
    check: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The page with everything that it can have."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    notes = ["These runs are <short> & show nothing."]
    write_report(path, analyses, compare(analyses, "icosahedral"), notes=notes, probe=probe, check=check)
    return path


@pytest.fixture(scope="session")
def html(page_file: Path) -> str:
    """Its text."""
    return page_file.read_text(encoding="utf-8")
