"""Structures and cases of the audit's tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from support.faulty_potentials import FaultyEmt, faulty_model
from support.systems import systems
from torch import nn

from tumble.audit.calculator_subject import CalculatorSubject
from tumble.audit.case import Case
from tumble.audit.model_subject import ModelSubject
from tumble.audit.options import Options
from tumble.audit.subject import Subject


def copper() -> Atoms:
    """Eight atoms of copper in a sheared cell, off their places."""
    atoms = bulk("Cu", cubic=True) * (2, 1, 1)
    atoms.rattle(0.1, seed=1)
    atoms.set_cell(atoms.cell.array @ (np.eye(3) + 0.05 * np.eye(3, k=1)), scale_atoms=True)
    return atoms


@pytest.fixture
def case_of(model_file) -> Callable[..., Case]:
    """Function from a toy's name to a case with one of the systems."""

    def case(name: str, system: str = "triclinic", **options: Any) -> Case:
        return of_subject(ModelSubject(model_file(name), device="cpu"), systems()[system], **options)

    return case


@pytest.fixture
def faulty_case(model_file, tmp_path) -> Callable[..., Case]:
    """Function from a network to a case with one of the systems."""

    def case(
        network: nn.Module, system: str = "triclinic", outputs: tuple[str, ...] = ("energy",), **options: Any
    ) -> Case:
        subject = faulty_model(model_file("pair"), tmp_path, network, outputs)
        return of_subject(subject, systems()[system], **options)

    return case


@pytest.fixture
def emt_case() -> Callable[..., Case]:
    """Function from a fault to a case of EMT and copper."""

    def case(fault: Callable[..., None], atoms: Atoms | None = None, **options: Any) -> Case:
        return of_subject(
            CalculatorSubject(FaultyEmt(fault), "faulty"), copper() if atoms is None else atoms, **options
        )

    return case


def of_subject(subject: Subject, atoms: Atoms, **options: Any) -> Case:
    return Case(subject, atoms, 0, Options(**{"rotations": 4} | options))
