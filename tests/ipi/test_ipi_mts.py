"""Multiple time stepping with two drivers: the bare model inside, the correction outside."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.io import read
from ipi.utils.units import Elements, unit_to_internal
from support.ipi_runs import BIN, BOHR, HARTREE, PATIENCE, Endpoint, Program, Server, unix_endpoint

import tumble
from tumble import _core
from tumble.drive import drive

pytestmark = pytest.mark.timeout(300)

INPUTS = Path(__file__).parents[2] / "inputs" / "ipi"
FORCES = """<force forcefield='bare'> <mts_weights> [0, 1] </mts_weights> </force>
            <force forcefield='correction'> <mts_weights> [1, 0] </mts_weights> </force>"""
OUTER, INNER = 2.0, 4  # fs, inner steps


def serve_both(
    model: Path | str, atoms: Atoms, bare: Endpoint, correction: Endpoint, options: dict[str, str]
) -> tuple[_core.DriveSummary, _core.DriveSummary]:
    """Two drivers as long as i-PI runs: one of the model itself, one with these options."""
    with ThreadPoolExecutor(1) as other:
        slow = other.submit(drive, tumble.load(model, "cpu"), atoms, unix=correction.unix, **options)
        fast = drive(tumble.load(model, "cpu"), atoms, unix=bare.unix)
        return fast, slow.result(timeout=PATIENCE)


def test_trajectory_is_that_of_velocity_verlet(
    tmp_path: Path, bound_model: Path, bound: _core.Potential, crystal: Atoms
) -> None:
    """M. Tuckerman, B. J. Berne and G. J. Martyna, J. Chem. Phys. 97, 1990 (1992), in NumPy from the first step on."""
    bare, correction = unix_endpoint(), unix_endpoint()
    dynamics = f"""<fixcom> False </fixcom> <dynamics mode='nve'>
        <timestep units='femtosecond'> {OUTER} </timestep> <nmts> [1, {INNER}] </nmts> </dynamics>"""
    forcefields = bare.forcefield("bare") + correction.forcefield("correction")
    inputs = {"dynamics": dynamics, "forcefields": forcefields, "forces": FORCES, "extras": ""}
    with Server(tmp_path, crystal, bare, steps=6, **inputs) as server:
        options = {"symmetrize": "icosahedral", "mode": "correction"}
        fast, slow = serve_both(bound_model, crystal, bare, correction, options)
        assert server.wait() == 0
        assert (fast.evaluations, slow.evaluations) == (1 + 6 * INNER, 7)
        cells, positions = server.frames("positions")
        momenta, potential = server.frames("momenta")[1], server.properties[:, 1]

    species = [0 if symbol == "O" else 1 for symbol in crystal.symbols]
    masses_of_ipi = [Elements.mass_list[symbol] for symbol in crystal.symbols]
    masses = np.array([unit_to_internal("mass", "dalton", m) for m in masses_of_ipi])[:, None]

    def evaluate(q: np.ndarray, symmetrizer: _core.Symmetrizer) -> tuple[float, np.ndarray]:
        structure = _core.Structure(species, q * BOHR, cells[0] * BOHR, [True] * 3)
        result = bound.evaluate(_core.build_graph([structure], 4.0), [symmetrizer.frames()])
        return result.energies[0] / HARTREE, result.forces * BOHR / HARTREE

    inner, outer = _core.Symmetrizer(), _core.Symmetrizer("icosahedral", "correction")
    average = _core.Symmetrizer("icosahedral")
    dt = unit_to_internal("time", "femtosecond", OUTER)
    q, p = positions[0], momenta[0]
    for step in range(7):
        np.testing.assert_allclose(q, positions[step], rtol=1e-11, atol=1e-11)
        np.testing.assert_allclose(p, momenta[step], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(potential[step], evaluate(q, average)[0], rtol=1e-12)
        p = p + dt / 2 * evaluate(q, outer)[1]
        for _ in range(INNER):
            p = p + dt / INNER / 2 * evaluate(q, inner)[1]
            q = q + dt / INNER * p / masses
            p = p + dt / INNER / 2 * evaluate(q, inner)[1]
        p = p + dt / 2 * evaluate(q, outer)[1]
    assert np.abs(evaluate(q, outer)[1]).max() > 1e-3


@pytest.mark.parametrize(
    ("name", "structure", "beads", "planned", "steps", "symmetrize"),
    [
        ("molecule", "water1.xyz", 16, 500, 5, "icosahedral+inversion"),
        pytest.param("liquid", "water64.xyz", 4, 100, 2, "tetrahedral", marks=pytest.mark.extended),
    ],
)
def test_inputs(
    tmp_path: Path, name: str, structure: str, beads: int, planned: int, steps: int, symmetrize: str
) -> None:
    """The files that are meant to be copied, for a few steps; the torque is smaller for averaging."""
    bare, correction = unix_endpoint(), unix_endpoint()
    prefix = "tumble-" if name == "molecule" else "tumble-liquid-"
    text = (INPUTS / f"water-{name}-mts.xml").read_text()
    for old, new in [
        (f"{prefix}bare <", f"{bare.unix} <"),
        (f"{prefix}correction <", f"{correction.unix} <"),
        (f"<total_steps> {planned} <", f"<total_steps> {steps} <"),
    ]:
        assert text.count(old) == 1
        text = text.replace(old, new)
    text = text.replace("stride='5'", "stride='1'")
    (tmp_path / "input.xml").write_text(text)
    (tmp_path / structure).write_text((INPUTS / structure).read_text())
    with Program(tmp_path, [BIN / "i-pi", "input.xml"], "server.log") as server:
        options = {"symmetrize": symmetrize, "mode": "correction"}
        fast, slow = serve_both("water", read(tmp_path / structure), bare, correction, options)
        assert server.wait() == 0, server.output
        # at the start the beads lie on top of each other: one is evaluated in each batch, and batches may be incomplete
        assert 1 <= fast.evaluations - 4 * steps * beads <= beads
        assert 1 <= slow.evaluations - steps * beads <= beads
    last = f"{beads // 2 - 1:0{len(str(beads - 1))}d}"
    torques = [np.loadtxt(tmp_path / f"simulation.{key}_{last}", comments=" #") for key in ("torque", "bare_torque")]
    averaged, before = (np.linalg.norm(torque, axis=1) for torque in torques)
    assert averaged.shape == (steps + 1,)
    assert averaged.max() < 0.5 * before.max()
