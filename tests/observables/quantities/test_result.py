"""Quantities with errors, and their way through a file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tumble.analysis import TrajectoryError
from tumble.observables.quantities.result import (
    Axis,
    Quantity,
    Result,
    averaged,
    derived,
)
from tumble.statistics.cells import cells_of
from tumble.study.analysis_file import Analysis, load_analysis

PAIR = np.arange(2.0)


def curve(seed: int = 1, shift: float = 0.0) -> Quantity:
    samples = np.random.default_rng(seed).normal(size=(600, 5)) + shift
    axis = Axis("r", "Å", np.arange(5.0))
    return averaged("g", cells_of(samples), label="g(r)", unit="1", axes=(axis,), frame_time=0.5, expected=0.0)


def test_average_knows_its_times_and_scale() -> None:
    samples = np.random.default_rng(1).normal(size=(600, 2))
    quantity = averaged(
        "x",
        cells_of(samples),
        label="x",
        unit="meV",
        axes=(Axis("i", "1", np.arange(2.0)),),
        frame_time=0.5,
        scale=1000.0,
    )
    assert quantity.values == pytest.approx(1000 * samples.mean(axis=0))
    assert quantity.errors == pytest.approx(1000 / np.sqrt(600) * np.ones(2), rel=0.4)
    assert quantity.blocks is not None
    assert quantity.block_time == pytest.approx(0.5 * 600 / len(quantity.blocks), rel=0.2)
    assert quantity.correlation_time == pytest.approx(0.25, rel=0.5)  # half a frame of 0.5 ps
    assert quantity.resolved


def test_derived_quantity_agrees_with_propagation_of_errors() -> None:
    samples = np.random.default_rng(2).normal(5.0, 1.0, size=(2000, 1))
    quantity = derived("x", cells_of(samples), lambda mean: mean[0] ** 2, label="x", unit="1")
    assert quantity.values == pytest.approx(samples.mean() ** 2)
    assert float(quantity.errors) == pytest.approx(2 * 5.0 / np.sqrt(2000), rel=0.3)
    assert quantity.blocks is not None
    assert quantity.blocks.mean() == pytest.approx(float(quantity.values), rel=1e-3)


def test_json_and_back(tmp_path: Path) -> None:
    number = Quantity("n", "n", "eV", (), np.array(np.nan), np.array(np.inf), diagnostic=True, resolved=False)
    result = Result("rdf", (curve(), number), {"frames": 600}, ("a note",))
    path = tmp_path / "result.json"
    assert "NaN" not in result.to_json(path)
    again = Result.from_dict(json.loads(path.read_text()))
    assert again.to_dict() == result.to_dict()
    assert again["g"].values == pytest.approx(result["g"].values)
    assert again["g"].blocks == pytest.approx(result["g"].blocks)
    assert np.isnan(again["n"].values)
    with pytest.raises(KeyError, match="`rdf` has no `h`, but g, n"):
        again["h"]


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(TrajectoryError, match=r"`x`: expected values and errors of shape \(2,\), got \(3,\)"):
        Quantity("x", "x", "1", (Axis("r", "Å", np.arange(2.0)),), np.zeros(3), np.zeros(2))


def test_file_of_an_analysis(tmp_path: Path) -> None:
    analysis = Analysis("bare", (Result("rdf", (curve(),)),), {"engine": "LAMMPS"})
    analysis.save(tmp_path / "analysis.json")
    again = load_analysis(tmp_path)
    assert (again.name, again.provenance["engine"]) == ("bare", "LAMMPS")
    assert again["rdf"]["g"].errors == pytest.approx(curve().errors)
    with pytest.raises(KeyError, match="`bare` has no `msd`, but rdf"):
        again["msd"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "expected a whole file of `tumble analyze`, got Expecting"),
        ("[]", "got None"),
        ('{"format": "x"}', "got x"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "analysis.json").write_text(text)
    with pytest.raises(TrajectoryError, match=message):
        load_analysis(tmp_path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        TrajectoryError, match=r"analysis\.json`: expected a file of `tumble analyze`, got No such file"
    ):
        load_analysis(tmp_path)
