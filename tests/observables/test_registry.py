"""Observables made of runs: what goes from the run into them."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from support.one_observable import result_of

import tumble.observables
from tumble.errors import NotApplicableError, SettingError
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.settings import Settings
from tumble.observables.registry import OBSERVABLES, kind_of
from tumble.runs import Run, Trajectory

FRAMES = 64
MOLECULE = np.array([[0.0, 0.0, 0.0], [0.76, 0.59, 0.0], [-0.76, 0.59, 0.0]])


def run_in(folder: Path, cell: str, molecules: int = 2, symbols: str = "OHH") -> Run:
    """Molecules at rest, with noise in the log."""
    generator = np.random.default_rng(7)
    positions = (4.0 * np.arange(molecules)[:, None, None] + MOLECULE).reshape(-1, 3)
    rows = [f"{symbols[index % 3]} {x:.4f} {y:.4f} {z:.4f}" for index, (x, y, z) in enumerate(positions.tolist())]
    head = f'Lattice="{cell}" Properties=species:S:1:pos:R:3'
    path = folder / "run.extxyz"
    path.write_text("\n".join([str(len(rows)), head, *rows, ""]) * FRAMES)
    return Run(
        "a",
        "i-PI",
        folder,
        Trajectory((path,)),
        timestep=0.001,
        temperature=300.0,
        time=0.001 * np.arange(FRAMES),
        log={
            "kinetic_tens(O)": 0.01 * np.array([1.0, 1, 1, 0, 0, 0]) + 1e-4 * generator.normal(size=(FRAMES, 6)),
            "conserved": 0.01 * generator.normal(size=FRAMES),
        },
        torque_time=0.001 * np.arange(FRAMES),
        torque=1e-3 * generator.normal(size=(FRAMES, 1, 3)),
    )


@pytest.mark.parametrize(("cell", "isotropic"), [("9 0 0 0 9 0 0 0 9", True), ("9 0 0 0 9 0 0 0 12", False)])
def test_kinetic_energy_is_isotropic_in_cubes_alone(tmp_path: Path, cell: str, isotropic: bool) -> None:
    run = run_in(tmp_path, cell)
    result = result_of(OBSERVABLES["kinetic"], OpenedRun(run, Settings()))
    assert (result["kinetic_anisotropy_O"].expected is not None) is isotropic
    result = result_of(OBSERVABLES["kinetic"], OpenedRun(run, Settings(isotropic=False)))
    assert result["kinetic_anisotropy_O"].expected is None


def test_symmetry_and_drift_count_the_same_molecules(tmp_path: Path) -> None:
    run = run_in(tmp_path, "20 0 0 0 20 0 0 0 20", molecules=4)
    symmetry = result_of(OBSERVABLES["symmetry"], OpenedRun(run, Settings()))
    drift = result_of(OBSERVABLES["drift"], OpenedRun(run, Settings()))
    assert symmetry.metadata["molecules"] == drift.metadata["conserved"]["molecules"] == 4


@pytest.mark.parametrize(
    ("kind", "symmetrize", "said"),
    [
        ("rotations", "none", True),
        ("rotations", None, True),
        ("rotations", "inversion", False),
        ("rotations", "octahedral+inversion", False),
        ("approximate", "none", False),
        (None, "none", False),
    ],
)
def test_a_note_says_that_the_torque_does_not_show_a_broken_parity(
    tmp_path: Path, kind: str | None, symmetrize: str | None, said: bool
) -> None:
    model = {"name": "toy"} | ({} if kind is None else {"symmetry": kind})
    run = replace(run_in(tmp_path, "9 0 0 0 9 0 0 0 9"), model=model, symmetrize=symmetrize)
    result = result_of(OBSERVABLES["symmetry"], OpenedRun(run, Settings()))
    assert ("exact under rotations but not under inversion" in " ".join(result.notes)) is said


def test_what_is_not_known_as_molecules_is_one(tmp_path: Path) -> None:
    run = run_in(tmp_path, "20 0 0 0 20 0 0 0 20", molecules=4, symbols="OCC")
    symmetry = result_of(OBSERVABLES["symmetry"], OpenedRun(run, Settings()))
    assert symmetry.metadata["molecules"] == 1
    symmetry = result_of(OBSERVABLES["symmetry"], OpenedRun(replace(run, trajectory=Trajectory()), Settings()))
    assert symmetry.metadata["molecules"] == 1


def test_a_log_alone_has_a_drift(tmp_path: Path) -> None:
    run = run_in(tmp_path, "9 0 0 0 9 0 0 0 9")
    rows = 300.0 + np.random.default_rng(8).normal(size=FRAMES)
    run = replace(run, trajectory=Trajectory(), log={**run.log, "temperature": rows})
    result = result_of(OBSERVABLES["drift"], OpenedRun(run, Settings()))
    assert {"conserved_drift", "temperature_logged"} <= {quantity.name for quantity in result.quantities}
    assert result["temperature_logged"].values == pytest.approx(rows.mean())
    with pytest.raises(NotApplicableError, match="trajectory or a structure"):
        result_of(OBSERVABLES["kinetic"], OpenedRun(run, Settings()))
    with pytest.raises(NotApplicableError, match="trajectory or a log"):
        result_of(OBSERVABLES["drift"], OpenedRun(replace(run, log={}), Settings()))
    # Of rows without times nothing follows.
    with pytest.raises(NotApplicableError, match="trajectory or a log"):
        result_of(OBSERVABLES["drift"], OpenedRun(replace(run, time=np.empty(0)), Settings()))


@pytest.mark.parametrize("periodic", [True, False, None])
def test_a_periodic_run_is_not_isolated_where_its_file_has_no_box(tmp_path: Path, periodic: bool | None) -> None:
    path = trajectory_of(tmp_path, "OHH" * 8, FRAMES, None)
    run = Run("a", "LAMMPS", tmp_path, Trajectory((path,)), timestep=0.001, thermostat="none", periodic=periodic)

    def names(**settings: bool) -> set[str]:
        return {
            quantity.name
            for quantity in result_of(OBSERVABLES["drift"], OpenedRun(run, Settings(**settings))).quantities
        }

    # Of the whole, which turns by itself only where it is isolated.
    assert ("rotation_angle" in names()) is (periodic is not True)
    assert "rotation_angle" in names(isolated=True)


def trajectory_of(folder: Path, symbols: str, frames: int, edge: float | None, seed: int = 1) -> Path:
    """Atoms, or molecules of water on a lattice, that move by chance."""
    generator = np.random.default_rng(seed)
    count = len(symbols)
    if symbols.startswith("OHH"):
        lattice = 4.0 * np.array(list(np.ndindex(2, 2, 2)))[: count // 3]
        places = (lattice[:, None] + MOLECULE).reshape(-1, 3)
    else:
        places = generator.uniform(0, 12, size=(count, 3))
    lines = []
    for _ in range(frames):
        cell = "" if edge is None else f'Lattice="{edge} 0 0 0 {edge} 0 0 0 {edge}" '
        rows = places + 0.03 * generator.normal(size=places.shape)
        lines += [str(count), f"{cell}Properties=species:S:1:pos:R:3"]
        lines += [f"{symbol} {x:.5f} {y:.5f} {z:.5f}" for symbol, (x, y, z) in zip(symbols, rows.tolist(), strict=True)]
    path = folder / "run.extxyz"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_log_too_short_for_its_power_spectrum_leaves_the_spectrum_of_the_atoms(tmp_path: Path) -> None:
    trajectory = Trajectory((trajectory_of(tmp_path, "OHH", FRAMES, 9.0),))
    run = Run("a", "LAMMPS", tmp_path, trajectory, timestep=0.001)
    settings = Settings(resolution=2000)
    alone = result_of(OBSERVABLES["spectrum"], OpenedRun(run, settings))
    logged = replace(run, time=0.02 * np.arange(4), log={"potential": np.arange(4.0)})
    found = result_of(OBSERVABLES["spectrum"], OpenedRun(logged, settings))
    assert [each.name for each in found.quantities] == [each.name for each in alone.quantities]
    assert np.array_equal(found["dos_H"].values, alone["dos_H"].values)
    (note,) = set(found.notes) - set(alone.notes)
    assert "16" in note
    assert "got 4" in note
    with pytest.raises(NotApplicableError, match=r"16.*got 4"):
        result_of(OBSERVABLES["spectrum"], OpenedRun(replace(logged, trajectory=Trajectory()), settings))


def test_a_log_of_the_symmetry_that_is_too_short_leaves_the_other(tmp_path: Path) -> None:
    alone = run_in(tmp_path, "9 0 0 0 9 0 0 0 9")
    expected = result_of(OBSERVABLES["symmetry"], OpenedRun(alone, Settings()))
    # The driver measures the symmetry error in every hundredth round, the frame torque in each.
    run = replace(alone, symmetry_time=np.zeros(1), symmetry={"energy_std": np.array([0.02])})
    found = result_of(OBSERVABLES["symmetry"], OpenedRun(run, Settings()))
    assert [each.name for each in found.quantities] == [each.name for each in expected.quantities]
    assert found["frame_torque_rms"].values == expected["frame_torque_rms"].values
    (note,) = set(found.notes) - set(expected.notes)
    assert re.search("symmetry error over a set.* 3 rows .*got 1", note)
    # And the other way round.
    error = {"energy_std": np.full(FRAMES, 0.02)}
    run = replace(alone, torque_time=np.zeros(1), torque=np.ones((1, 1, 3)), symmetry_time=alone.time, symmetry=error)
    found = result_of(OBSERVABLES["symmetry"], OpenedRun(run, Settings()))
    assert found["energy_std_rms"].values == pytest.approx(20.0)
    assert any(re.search("frame torque.* 3 rows .*got 1", note) for note in found.notes)
    run = replace(run, symmetry_time=np.zeros(1), symmetry={"energy_std": np.array([0.02])})
    with pytest.raises(NotApplicableError, match=r"frame torque.*got 1.*symmetry error.*got 1$"):
        result_of(OBSERVABLES["symmetry"], OpenedRun(run, Settings()))


@pytest.mark.parametrize("frames", [1, 2, 3, 8])
@pytest.mark.parametrize("edge", [8.0, 40.0, None], ids=["box", "wide", "open"])
@pytest.mark.parametrize(
    "symbols", ["OHH", "OHH" * 8, "N" * 2, "N", "COHHHH" * 3], ids=["one", "box", "two", "atom", "C"]
)
def test_short_and_odd_runs_have_reasons_and_no_faults(
    tmp_path: Path, symbols: str, edge: float | None, frames: int
) -> None:
    run = Run(
        "odd",
        "none",
        tmp_path,
        Trajectory((trajectory_of(tmp_path, symbols, frames, edge),)),
        0.0005,
        temperature=300.0,
    )
    opened = OpenedRun(run, Settings())
    for name, kind in OBSERVABLES.items():
        if name == "symmetry":
            continue
        try:
            result = result_of(kind, opened)
        except (NotApplicableError, SettingError):
            continue  # any other exception is a fault
        assert frames > 1
        assert all(np.isfinite(quantity.values) for quantity in result.quantities if not quantity.axes)


def test_every_observable_of_the_package_is_known_and_described() -> None:
    sources = sorted(Path(tumble.observables.__path__[0]).rglob("*.py"))
    names = [
        name
        for source in sources
        for name in re.findall(r'^    observable = "(.+)"$', source.read_text(), re.MULTILINE)
    ]
    assert len(names) > len(OBSERVABLES)
    for name in names:
        kind = kind_of(name)
        assert kind is not None
        assert kind.observable == name
        assert kind.meaning.endswith(".")
        assert kind.symptom.endswith(".")
        assert set(kind.settings) <= {field.name for field in fields(Settings)}
    assert kind_of("my_own-thing") is None
