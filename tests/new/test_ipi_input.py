"""What `tumble ipi-check` says about the inputs that `tumble new` writes: nothing is wrong with any of them."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from tumble import load
from tumble.ipi_check.finding import Level
from tumble.ipi_check.model import Model
from tumble.ipi_check.options import Options
from tumble.ipi_check.run import check_input
from tumble.new import Request, write_folder
from tumble.new.systems.system import Choices
from tumble.simulation_file import read_simulation

SHORT = Choices(equilibration=0.1)
CASES: dict[str, dict[str, Any]] = {
    "monomer": {"system": "monomer", "beads": 32},
    "classical": {"system": "monomer"},
    "random": {"system": "monomer", "beads": 32, "symmetrize": "random"},
    "constant-energy": {"system": "dimer", "ensemble": "nve", "symmetrize": "octahedral"},
    "ring-polymer": {"system": "hexamer", "ensemble": "nve", "beads": 64},
    "spectrum": {"system": "monomer", "ensemble": "trpmd"},
    "economized": {"system": "monomer", "beads": 8, "springs": "eco"},
    "mts": {"system": "gas:8", "beads": 32, "symmetrize": "tetrahedral", "mts": 4},
    "spectrum-mts": {"system": "monomer", "ensemble": "trpmd", "symmetrize": "octahedral", "mts": 4},
    "pressure": {"system": "liquid:64", "pressure": 1.0, "beads": 32, "choices": SHORT},
    "slab": {"system": "slab:64", "choices": SHORT},
}


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_wrong(tmp_path: Path, case: str) -> None:
    """Neither an error nor a warning; notes are for everyone."""
    written = write_folder(Request(folder=tmp_path / "run", engine="ipi", timing=False, relax=False, **CASES[case]))
    simulation = read_simulation(written.folder)
    for driver in simulation.drivers:
        given = {each.name: getattr(driver, each.name, None) for each in fields(Options)}
        given["structure"] = written.folder / driver.structure
        given["periodic"] = "" if driver.periodic == "none" else driver.periodic
        options = Options(**{name: value for name, value in given.items() if value is not None}, evaluations=16)
        potential = load(driver.model, outputs=False)
        model = Model(potential.metadata, lambda potential=potential: potential, options.symmetrizer())
        report = check_input(written.folder / simulation.input, model, options)
        assert not [each.text for answer in report.answers for each in answer.findings if each.level is not Level.NOTE]
