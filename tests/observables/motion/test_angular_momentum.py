"""Angular momentum and torque of bodies whose motion is known in closed form, and of a molecule in LAMMPS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.ipi_runs import Server, start_driver, unix_endpoint
from support.lammps_runs import run_lammps, system_script
from support.motions import ammonia, free_symmetric_top, masses_of, motion, water
from support.systems import systems

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.base.processes import Processes
from tumble.observables.frames.rigid_motion import EV_PER_HBAR_PS, EV_PER_KJ_MOL, HBAR
from tumble.observables.motion.angular_momentum import AngularMomentum
from tumble.trajectories.open import open_trajectory

MOMENTUM = 40.0  # amu Å²/ps
TILT = 0.7
EV_PER_AMU_A2_PS2 = EV_PER_HBAR_PS / HBAR
ELEMENTS, SHAPE = ammonia()
MASSES = masses_of(ELEMENTS)


def top(frames: int, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Positions and velocities of a free symmetric top that moves as a whole, with L in a general direction."""
    times = step * np.arange(frames)
    positions, velocities, _ = free_symmetric_top(SHAPE, MASSES, MOMENTUM, TILT, times)
    flight = np.array([1.0, -2.0, 0.5])
    turn = np.array([[0, 0, 1.0], [1.0, 0, 0], [0, 1.0, 0]])  # z to x
    return positions @ turn.T + flight * times[:, None, None] + 3.0, velocities @ turn.T + flight


def driven(frames: int, step: float, rate: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Water turning in its plane by the angle rate t^2 / 2: positions, velocities, forces, moment of inertia."""
    elements, shape = water()
    masses = masses_of(elements)
    times = step * np.arange(frames)
    angle, speed = 0.5 * rate * times**2, rate * times
    cosine, sine = np.cos(angle)[:, None], np.sin(angle)[:, None]
    x, z = shape[:, 0], shape[:, 2]
    # About y, from z to x.
    positions = np.stack([cosine * x + sine * z, np.zeros((frames, 3)), cosine * z - sine * x], axis=2)
    across = np.stack([positions[..., 2], np.zeros((frames, 3)), -positions[..., 0]], axis=2)
    velocities = speed[:, None, None] * across
    accelerations = rate * across - speed[:, None, None] ** 2 * positions
    forces = masses[:, None] * accelerations * EV_PER_AMU_A2_PS2 / EV_PER_KJ_MOL
    return positions, velocities, forces, float(masses @ (x**2 + z**2))


def test_free_top_from_velocities() -> None:
    positions, velocities = top(200, 0.002)
    result = (
        AngularMomentum(motion(ELEMENTS, positions, velocities=velocities, step=0.002), thermostat="none").run().result
    )
    assert result["angular_momentum"].values == pytest.approx(np.full(200, MOMENTUM / HBAR), rel=1e-6)
    assert result["angular_momentum_x"].values == pytest.approx(np.full(200, MOMENTUM / HBAR), rel=1e-6)
    assert result["angular_momentum_y"].values == pytest.approx(np.zeros(200), abs=1e-5)
    assert np.nanmax(result["direction_change"].values) < 1e-3
    drift = result["angular_momentum_drift"]
    assert abs(drift.values) < 1e-5
    assert drift.expected == 0
    assert result["angular_momentum"].axes[0].values == pytest.approx(0.002 * np.arange(200))
    assert result["angular_momentum"].unit == "ħ"


def test_positions_alone_have_the_error_that_is_said() -> None:
    errors = []
    for step in (0.004, 0.002):
        frames = round(0.4 / step)
        positions, _ = top(frames, step)
        result = AngularMomentum(motion(ELEMENTS, positions, step=step)).run().result
        found = np.stack([result[f"angular_momentum_{axis}"].values for axis in "xyz"], axis=1) * HBAR
        error = np.sqrt(np.mean(np.sum((found[2:-2] - [MOMENTUM, 0, 0]) ** 2, axis=1))) / MOMENTUM
        assert result.metadata["relative_error"] == pytest.approx(error, rel=0.1)
        assert any(
            f"L has an error of {100 * result.metadata['relative_error']:.2g} %" in note for note in result.notes
        )
        errors.append(error)
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.05)  # second order


@pytest.mark.parametrize("given", ["forces", "velocities", "positions"])
def test_constant_torque(given: str) -> None:
    rate, step = 30.0, 0.001  # rad/ps²
    positions, velocities, forces, inertia = driven(400, step, rate)
    more = {"velocities": velocities} if given != "positions" else {}
    more |= {"forces": forces} if given == "forces" else {}
    result = AngularMomentum(motion("OHH", positions, step=step, **more), thermostat="none").run().result
    torque = inertia * rate * EV_PER_AMU_A2_PS2
    assert result.metadata["torque_from"] == given
    precision = {"forces": 1e-5, "velocities": 1e-3, "positions": 0.02}[given]  # positions are float32
    assert result["mean_torque"].values == pytest.approx([0, torque, 0], rel=precision, abs=precision * torque)
    assert result["torque_rms"].values == pytest.approx(torque, rel=3 * precision)
    slope = inertia * rate / HBAR
    assert result["angular_momentum_vector_drift"].values == pytest.approx([0, slope, 0], rel=2e-3, abs=1e-3 * slope)
    assert result["angular_momentum_drift"].values == pytest.approx(slope, rel=2e-3)


def test_stride_of_an_analysis_does_not_change_differences() -> None:
    positions, _ = top(300, 0.002)
    universe = motion(ELEMENTS, positions, step=0.002)
    fine = AngularMomentum(universe).run().result["angular_momentum"].values
    coarse = AngularMomentum(universe).run(step=7).result["angular_momentum"].values
    assert coarse == pytest.approx(fine[::7], rel=1e-6)


def test_ring_polymers_count_all_beads() -> None:
    """Two tops with different L about a common center: what is conserved is the sum."""
    times = 0.002 * np.arange(100)
    bodies = [free_symmetric_top(SHAPE, MASSES, momentum, TILT, times) for momentum in (40.0, -15.0)]
    positions = np.stack([body[0] for body in bodies], axis=1)
    velocities = np.stack([body[1] for body in bodies], axis=1)
    universe = motion(ELEMENTS, positions, velocities=velocities, step=0.002)
    result = AngularMomentum(universe, thermostat="none").run().result
    assert result.metadata["beads"] == 2
    assert result["angular_momentum_z"].values == pytest.approx(np.full(100, 25.0 / HBAR), rel=1e-6)
    assert "L and torque are sums over beads" in " ".join(result.notes)
    from_positions = AngularMomentum(motion(ELEMENTS, positions, step=0.002), thermostat="none").run().result
    assert from_positions["angular_momentum_z"].values == pytest.approx(np.full(100, 25.0 / HBAR), rel=0.02)


def test_processes_give_the_same(processes: Processes) -> None:
    positions, _ = top(120, 0.002)
    universe = motion(ELEMENTS, positions, step=0.002)
    serial = AngularMomentum(universe).run().result
    parallel = AngularMomentum(universe).run(backend=processes).result
    for one, two in zip(serial.quantities, parallel.quantities, strict=True):
        assert two.values == pytest.approx(one.values, rel=1e-12, nan_ok=True)
        assert two.errors == pytest.approx(one.errors, rel=1e-9, nan_ok=True)


def test_molecule_wrapped_into_a_cell_with_space_is_whole() -> None:
    positions, velocities = top(50, 0.002)
    box = np.array([16.0, 17.0, 18.0, 90, 90, 90])
    wrapped = (positions - 3.0) % box[:3]
    universe = motion(ELEMENTS, wrapped, velocities=velocities, dimensions=box, step=0.002)
    result = AngularMomentum(universe).run().result
    assert result["angular_momentum"].values == pytest.approx(np.full(50, MOMENTUM / HBAR), rel=1e-5)
    assert "isolated: images are" in result.notes[0]


def test_curves_are_bounded() -> None:
    positions, velocities = top(4500, 0.002)
    universe = motion(ELEMENTS, positions, velocities=velocities, step=0.002)
    curve = AngularMomentum(universe).run().result["angular_momentum"]
    assert len(curve.values) == 1500
    assert curve.axes[0].values == pytest.approx(0.002 * np.arange(0, 4500, 3))


def test_periodic_cell_is_refused() -> None:
    positions, velocities = top(10, 0.002)
    box = np.array([9.0, 9.0, 9.0, 90, 90, 90])
    universe = motion(ELEMENTS, positions, velocities=velocities, dimensions=box)
    with pytest.raises(NotApplicableError, match=r"invariant.*`isolated`"):
        AngularMomentum(universe)
    found = AngularMomentum(universe, isolated=True).run().result["angular_momentum"]
    assert found.values == pytest.approx(np.full(10, MOMENTUM / HBAR), rel=1e-5)


def test_thermostats() -> None:
    positions, velocities = top(10, 0.002)
    universe = motion(ELEMENTS, positions, velocities=velocities)
    with pytest.raises(NotApplicableError, match=r"got a local one.*frame torque"):
        AngularMomentum(universe, thermostat="local")
    with pytest.raises(ConfigurationError, match="none, global, local, got `langevin`"):
        AngularMomentum(universe, thermostat="langevin")
    scaled = AngularMomentum(universe, thermostat="global").run().result
    assert "only the direction of L is conserved" in " ".join(scaled.notes)
    assert scaled["angular_momentum_drift"].expected is None
    assert "unknown whether there was a thermostat" in " ".join(AngularMomentum(universe).run().result.notes)


def test_frames_too_far_apart_are_refused() -> None:
    positions, _ = top(60, 0.08)
    with pytest.raises(NotApplicableError, match=r"between frames, got 0\.08 ps"):
        AngularMomentum(motion(ELEMENTS, positions, step=0.08)).run()


def test_torque_is_left_out_where_positions_do_not_show_it() -> None:
    """A body that breathes 100 times in a ps, and turns the faster the smaller it is, so that L stays."""
    _, shape = water()
    times = 1e-5 * np.arange(40_000)
    size = 1 + 0.1 * np.cos(200 * np.pi * times)
    angle = np.concatenate([[0.0], np.cumsum(1e-5 * 20 / (0.5 * (size[1:] + size[:-1])) ** 2)])
    x, z = shape[:, 0], shape[:, 2]
    cosine, sine, radius = np.cos(angle)[:, None], np.sin(angle)[:, None], size[:, None, None]
    positions = radius * np.stack([cosine * x + sine * z, 0 * cosine * x, cosine * z - sine * x], axis=2)
    exact = 20 * float(masses_of("OHH") @ (x**2 + z**2)) / HBAR
    result = AngularMomentum(motion("OHH", positions[::200], step=0.002), thermostat="none").run().result
    assert result["angular_momentum"].values == pytest.approx(np.full(200, exact), rel=0.05)
    assert "torque_rms" not in [quantity.name for quantity in result.quantities]
    assert "The torque from positions is below the error" in " ".join(result.notes)


def test_frames_without_times_are_refused() -> None:
    positions, velocities = top(20, 0.002)
    universe = motion(ELEMENTS, positions, velocities=velocities, step=1.0)
    universe.trajectory.time_known = False
    with pytest.raises(NotApplicableError, match=r"`timestep`: .*angular momentum"):
        AngularMomentum(universe)


def test_few_frames_without_velocities_are_refused() -> None:
    positions, _ = top(4, 0.002)
    with pytest.raises(NotApplicableError, match=r"7 frames.*got 4"):
        AngularMomentum(motion(ELEMENTS, positions))


def test_molecule_in_lammps_turns_by_the_frame_torque(tmp_path: Path, model_file: Callable[[str], Path]) -> None:
    """dL/dt is minus the frame torque that the pair style gives, and L that of LAMMPS itself."""
    steps, timestep = 200, 0.00025
    script = system_script(tmp_path, systems()["molecule"], model_file("harmonic"), ["O", "H"])
    script += f"""
    timestep      {timestep}
    velocity      all create 300.0 4711 mom yes rot no dist gaussian loop geom
    fix           integrate all nve
    compute       tau all pair tumble
    variable      lx equal angmom(all,x)
    variable      ly equal angmom(all,y)
    variable      lz equal angmom(all,z)
    thermo_style  custom step c_tau[1] c_tau[2] c_tau[3] v_lx v_ly v_lz
    thermo_modify line yaml format float %.17g
    thermo        1
    dump          all all custom 1 all.dump id xu yu zu vx vy vz fx fy fz
    dump_modify   all sort id format float %.12g
    run           {steps}
    """
    thermo = run_lammps(tmp_path, script).checked().thermo()
    blocks = (tmp_path / "all.dump").read_text().split("ITEM: TIMESTEP")[1:]
    rows = np.array([[line.split() for line in block.splitlines()[-3:]] for block in blocks], dtype=float)
    order = [line.split()[:2] for line in (tmp_path / "system.data").read_text().split("atomic")[1].split("\n") if line]
    kinds = {int(number): "OH"[int(kind) - 1] for number, kind in order}
    elements = [kinds[int(number)] for number in rows[0, :, 0]]
    universe = motion(
        elements,
        rows[:, :, 1:4],
        velocities=rows[:, :, 4:7],
        forces=rows[:, :, 7:10] / EV_PER_KJ_MOL,
        step=timestep,
    )
    result = AngularMomentum(universe, thermostat="none").run().result
    frame_torque = np.stack([thermo[f"c_tau[{axis}]"] for axis in (1, 2, 3)], axis=1)
    momentum = np.stack([thermo[f"v_l{axis}"] for axis in "xyz"], axis=1)
    found = np.stack([result[f"angular_momentum_{axis}"].values for axis in "xyz"], axis=1) * HBAR
    assert found == pytest.approx(momentum, rel=1e-5, abs=1e-5 * np.abs(momentum).max())
    # Verlet's L changes by exactly the step times the mean torque of both ends.
    change = np.diff(found, axis=0) / timestep * EV_PER_AMU_A2_PS2
    expected = -0.5 * (frame_torque[:-1] + frame_torque[1:])
    assert change == pytest.approx(expected, abs=2e-3 * np.abs(expected).max())
    size = np.linalg.norm(frame_torque, axis=1)
    assert result["torque"].values == pytest.approx(size, rel=1e-4, abs=1e-4 * size.max())
    assert size.max() > 0.1  # eV/rad: there is something to see


def test_ring_polymers_in_ipi(tmp_path: Path, model_file: Callable[[str], Path], processes: Processes) -> None:
    """With an exactly invariant model the ring-polymer Hamiltonian of i-PI conserves the sum over beads."""
    endpoint = unix_endpoint()
    outputs = "".join(
        f"<trajectory filename='{name}' stride='1' format='xyz' cell_units='angstrom'> {quantity} </trajectory>"
        for name, quantity in (("pos", "positions{angstrom}"), ("vel", "velocities"), ("frc", "forces"))
    )
    with (
        Server(tmp_path, systems()["molecule"], endpoint, steps=100, beads=4, extras=outputs) as server,
        start_driver(tmp_path, model_file("pair"), endpoint, "--periodic", "none") as driver,
    ):
        assert server.wait() == 0, server.output
        assert driver.wait() == 0, driver.output
    universe = open_trajectory(
        str(tmp_path / "out.pos_*.xyz"),
        velocities=str(tmp_path / "out.vel_*.xyz"),
        forces=str(tmp_path / "out.frc_*.xyz"),
        timestep=0.00025,
    )
    result = AngularMomentum(universe, thermostat="none", isolated=True).run().result
    size = result["angular_momentum"].values
    assert result.metadata["beads"] == 4
    assert size[0] > 5  # ħ
    assert size == pytest.approx(np.full(101, size[0]), rel=2e-4)  # velocities have six digits
    assert result["direction_change"].values.max() < 0.05
    assert result["torque_rms"].values < 1e-4
    # Each bead on its own has torques from the springs, which are as large as from any bad model.
    one = open_trajectory(str(tmp_path / "out.pos_0.xyz"), velocities=str(tmp_path / "out.vel_0.xyz"), timestep=0.00025)
    alone = AngularMomentum(one, thermostat="none", isolated=True).run().result["angular_momentum"].values
    assert np.ptp(alone) > 0.05 * alone.mean()
    positions = open_trajectory(str(tmp_path / "out.pos_*.xyz"), timestep=0.00025)
    again = AngularMomentum(positions, thermostat="none", isolated=True).run(backend=processes)
    assert again.result["angular_momentum"].values == pytest.approx(size, rel=0.01)
