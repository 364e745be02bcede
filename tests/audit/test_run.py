"""Audits from start to end, with toys and calculators whose faults are known."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.emt import EMT
from support.faulty_potentials import Chiral, FaultyEmt, Lonely, Ordered, faulty_model, oriented
from support.systems import systems

from tumble.audit.calculator_subject import CalculatorSubject
from tumble.audit.model_subject import ModelSubject
from tumble.audit.options import Options
from tumble.audit.registry import CHECKS, measures
from tumble.audit.run import audit
from tumble.errors import CalculatorError, ConfigurationError, FramesError, StructureError

FEW = Options(rotations=3)
NAMES = ("molecule", "triclinic")


def structures() -> list[Atoms]:
    return [systems()[name] for name in NAMES]


def test_names_are_unique():
    for names in ([check.name for check in CHECKS], [measure.name for measure in measures()]):
        assert len(set(names)) == len(names)


def test_an_exact_model(model_file):
    done = []
    found = audit(ModelSubject(model_file("pair"), device="cpu"), structures(), FEW, done=done.append)
    assert found.symmetry.startswith("O(3)")
    assert (found.subject, found.kind, found.atoms) == ("pair", "model", (3, 24))
    assert {finding.name for finding in found.findings if finding.reason} == {"spectrum", "direct", "precision"}
    assert all(finding.exact or finding.reason for finding in found.findings)
    assert not found.failed
    assert len(done) == len(CHECKS)


@pytest.mark.parametrize(
    ("name", "symmetry"),
    [
        ("harmonic", "inversion is exact to rounding, rotations are broken"),
        ("harmonic_5", "rotations and inversion are broken"),
    ],
)
def test_broken_models(model_file, name, symmetry):
    found = audit(ModelSubject(model_file(name), device="cpu"), structures(), FEW)
    assert found.symmetry == f"{symmetry}; translations and permutations alone are exact"
    assert found.result("gradient-forces").exact
    assert not found.result("torque").exact


def test_parity_alone_is_broken(model_file, tmp_path):
    found = audit(faulty_model(model_file("pair"), tmp_path, Chiral()), structures(), FEW)
    assert found.symmetry == "SO(3): rotations are exact to rounding, inversion is broken"
    assert found.result("torque").exact  # it can't see parity


def test_permutations_are_broken(model_file, tmp_path):
    found = audit(faulty_model(model_file("pair"), tmp_path, Ordered()), structures(), FEW)
    assert found.symmetry.endswith("permutations are broken, too")


def test_a_check_that_fails_is_a_result(model_file, tmp_path):
    found = audit(faulty_model(model_file("pair"), tmp_path, Lonely()), structures(), FEW)
    failures = {finding.name: finding.failure for finding in found.findings if finding.failure}
    assert set(failures) == {"cutoff", "isolated"}  # two atoms beyond the cutoff have no edges, either
    assert all(text.startswith("structure 0: ") for text in failures.values())
    assert found.failed
    assert found.result("isolated-forces") is None


def _copper() -> Atoms:
    atoms = bulk("Cu", cubic=True)
    atoms.rattle(0.1, seed=1)
    atoms.set_cell(atoms.cell.array @ (np.eye(3) + 0.05 * np.eye(3, k=1)), scale_atoms=True)
    return atoms


def test_calculators():
    found = audit(CalculatorSubject(EMT(), "emt"), [_copper()], FEW)
    assert found.symmetry.startswith("O(3)")
    assert {finding.name for finding in found.findings if finding.reason} == {
        "spectrum",
        "direct",
        "cutoff",
        "batch",
        "precision",
    }
    broken = audit(CalculatorSubject(FaultyEmt(oriented), "emt"), [_copper()], FEW)
    assert "rotations are broken" in broken.symmetry or "rotations and inversion are broken" in broken.symmetry
    assert not broken.result("torque").exact


def test_a_calculator_that_does_not_know_the_elements():
    with pytest.raises(CalculatorError, match=r"structure 0: `emt`: .*Xe"):
        audit(CalculatorSubject(EMT(), "emt"), [Atoms("Xe")], FEW)


def test_errors(model_file):
    subject = ModelSubject(model_file("pair"), device="cpu")
    with pytest.raises(FramesError):
        audit(subject, [], FEW)
    with pytest.raises(StructureError, match=r"structure 1: .*Cu"):
        audit(subject, [systems()["molecule"], Atoms("Cu")], FEW)
    for options, name in ((Options(1), "rotations"), (Options(seed=-1), "seed"), (Options(spectrum=7), "spectrum")):
        with pytest.raises(ConfigurationError, match=f"`{name}`"):
            audit(subject, structures(), options)


def test_single_atoms(model_file):
    found = audit(ModelSubject(model_file("pair"), device="cpu"), [Atoms("O")], FEW)
    assert not found.failed
    assert all(finding.exact or finding.reason for finding in found.findings)
