"""The systems of the demonstration."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tumble.demo.partners import bare_partner, exact_partner
from tumble.demo.stages import FULL, QUICK, SYSTEMS
from tumble.runs import Run


@pytest.mark.parametrize(("length", "start"), [(10.0, 1.0), (2.0, 1.0), (0.3, 0.15)])
def test_short_run_keeps_half_of_its_frames(length: float, start: float) -> None:
    run = replace(Run("gas, bare", "LAMMPS", Path("gas")), time=np.linspace(0.0, length, 11))
    assert SYSTEMS["gas"].settings_of(run).start == pytest.approx(start)
    assert SYSTEMS["molecule"].settings_of(run).start is None


def test_exact_partner_runs_where_symmetry_determines_the_observable(model: Path, exact: Path) -> None:
    partners = bare_partner(str(model)), exact_partner(str(exact))
    names = {name: [each.name for each in system.partners(*partners)] for name, system in SYSTEMS.items()}
    assert names == {
        "gas": ["bare", "random", "exact"],
        "molecule": ["bare", "octahedral", "exact"],
        "liquid": ["bare", "random"],
        "path-integral": ["bare", "random"],
    }
    folders = {f"{system}-{partner}" for system, found in names.items() for partner in found}
    for lengths in (FULL, QUICK):
        assert set(SYSTEMS) <= set(lengths) <= set(SYSTEMS) | folders
