"""The page of text."""

from __future__ import annotations

import pytest
from support.faulty_potentials import Lonely, faulty_model
from support.systems import systems

from tumble.audit.check import ENERGY, Measure
from tumble.audit.model_subject import ModelSubject
from tumble.audit.options import Options
from tumble.audit.page import format_audit, verdict
from tumble.audit.registry import measures
from tumble.audit.results import Result
from tumble.audit.run import audit


def result(value: float, rounding: float, *, exact: bool = False, noise: bool = False) -> Result:
    return Result(Measure("name", ENERGY, "", noise), (value,), (rounding,), exact)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (result(1.0, 1.0, exact=True), "exact"),
        (result(1.0, 1.0, noise=True), "noise"),
        (result(3.0, 2e-3), "1,500 x noise"),
        (result(3.0, 0.4), "7.5 x noise"),
        (result(3.0, 1e-9), "3e+09 x noise"),
        (result(3.0, 0.0), "not exact"),
    ],
)
def test_verdicts(found, words):
    assert verdict(found) == words


def test_a_page_fits_a_terminal(model_file):
    subject = ModelSubject(model_file("harmonic"), device="cpu")
    structures = [systems()[name] for name in ("molecule", "triclinic")]
    lines = format_audit(audit(subject, structures, Options(rotations=3, spectrum=2), label="two.xyz")).splitlines()
    assert lines[0] == "harmonic: 2 structures of 3 to 24 atoms, two.xyz"
    assert lines[1].startswith("model, cutoff 4 Å, depth 1, float64, ")
    assert max(map(len, lines)) <= 80
    assert len(lines) < 45
    rows = {line.split()[0]: line for line in lines[6:]}
    assert {measure.name for measure in measures()} - set(rows) == {
        "direct-forces",
        "curl",
        "precision-energy",
        "precision-forces",
    }
    assert rows["precision"].split(":")[1].strip() == "the model is float64"
    assert rows["gradient-forces"].endswith(" exact")
    assert rows["torque"].endswith("x noise")


def test_failures_stand_out(model_file, tmp_path):
    subject = faulty_model(model_file("pair"), tmp_path, Lonely())
    lines = format_audit(audit(subject, [systems()["molecule"]], Options(rotations=2))).splitlines()
    assert next(line for line in lines if line.startswith("isolated ")).split()[1] == "FAILED:"
