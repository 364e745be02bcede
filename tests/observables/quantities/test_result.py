"""Results and their way through a file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tumble.analysis import TrajectoryError
from tumble.observables.quantities.estimates import averaged
from tumble.observables.quantities.quantity import Axis, Quantity
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import cells_of
from tumble.study.analysis_file import Analysis, load_analysis

PAIR = np.arange(2.0)


def curve(seed: int = 1, shift: float = 0.0) -> Quantity:
    samples = np.random.default_rng(seed).normal(size=(600, 5)) + shift
    axis = Axis("r", "Å", np.arange(5.0))
    return averaged("g", cells_of(samples), label="g(r)", unit="1", axes=(axis,), frame_time=0.5, expected=0.0)


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
    with pytest.raises(KeyError, match=r"`rdf`.* `h`"):
        again["h"]


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
        ("{", "`tumble analyze`, got Expecting"),
        ("[]", "got None"),
        ('{"format": "x"}', "got x"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "analysis.json").write_text(text)
    with pytest.raises(TrajectoryError, match=message):
        load_analysis(tmp_path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrajectoryError, match=r"analysis\.json`: .*No such file"):
        load_analysis(tmp_path)
