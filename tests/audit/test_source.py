"""Where potentials come from: what is opened, and when results can be combined."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import ase
import pytest
from ase.calculators.emt import EMT

from tumble.audit.calculator_subject import CalculatorSubject
from tumble.audit.model_subject import ModelSubject
from tumble.audit.source import CalculatorSource, ModelSource
from tumble.errors import ConfigurationError, ModelNotFoundError
from tumble.files import sha256


def test_a_model(model_file: Callable[[str], Path]) -> None:
    source = pickle.loads(pickle.dumps(ModelSource(model_file("harmonic"), "cpu")))
    assert isinstance(source.open(), ModelSubject)
    assert source.name == source.open().name == "harmonic"
    digest = sha256(model_file("harmonic"))
    assert source.identity() == {"model": digest}
    assert source.provenance() == {"kind": "model", "file": str(model_file("harmonic")), "sha256": digest}
    with pytest.raises(ModelNotFoundError, match="no_such_model"):
        ModelSource("no_such_model").identity()


def test_a_calculator() -> None:
    source = pickle.loads(pickle.dumps(CalculatorSource("ase.calculators.emt:EMT")))
    subject = source.open()
    assert isinstance(subject, CalculatorSubject)
    assert isinstance(subject.calculator, EMT)
    assert source.name == subject.name == "ase.calculators.emt:EMT"
    found = source.provenance()
    assert found["version"] == f"ase {ase.__version__}"
    assert found["sha256"] == sha256(Path(found["file"]))
    assert source.identity() == {
        "calculator": "ase.calculators.emt:EMT",
        "sha256": found["sha256"],
        "version": found["version"],
    }
    with pytest.raises(ConfigurationError, match="no_such_module:EMT"):
        CalculatorSource("no_such_module:EMT").identity()
