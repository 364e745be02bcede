"""All observables of a run in one pass, against one after the other."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from support.oriented_water import EDGE, positions

from tumble.errors import NotApplicableError, SettingError
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.processes import Processes
from tumble.observables.base.settings import Settings
from tumble.observables.orientations.orientation import Orientation
from tumble.observables.registry import OBSERVABLES
from tumble.observables.structure.rdf import Rdf
from tumble.runs import Run, open_run
from tumble.statistics.cells import Cells
from tumble.study.analyze import analyze
from tumble.types import Array

FRAMES, BEADS, MOLECULES = 60, 2, 8
SYMBOLS = "OHH" * MOLECULES
BOX = 2 * EDGE
SETTINGS = {"resolution": 100.0, "start": 0.02, "stride": 1, "bin_width": 0.2}

INPUT = """
<simulation>
  <output prefix='water'>
    <properties filename='out' stride='20'> [ step, time{picosecond}, temperature{kelvin}, potential{electronvolt},
      conserved{electronvolt} ] </properties>
    <trajectory filename='pos' stride='20' cell_units='angstrom'> positions{angstrom} </trajectory>
    <trajectory filename='for' stride='20' cell_units='angstrom'> forces </trajectory>
    <trajectory filename='torque' stride='20' extra_type='torque'> extras </trajectory>
  </output>
  <system>
    <initialize nbeads='2'> <file mode='xyz'> start.xyz </file> </initialize>
    <ensemble> <temperature units='kelvin'> 300 </temperature> </ensemble>
    <motion mode='dynamics'> <dynamics mode='nvt'> <timestep units='femtosecond'> 0.5 </timestep>
      <thermostat mode='pile_l'> <tau units='femtosecond'> 100 </tau> </thermostat> </dynamics> </motion>
  </system>
</simulation>
"""


def liquid(beads: int) -> Array:
    """Positions [T,P,N,3] of molecules that turn and shake."""
    generator = np.random.default_rng(3)
    turned = Rotation.from_rotvec(0.1 * generator.normal(size=(FRAMES * MOLECULES, 3))).as_matrix()
    turned = turned.reshape(FRAMES, MOLECULES, 3, 3)
    for frame in range(1, FRAMES):
        turned[frame] = turned[frame] @ turned[frame - 1]
    shifts = np.repeat(np.cumsum(0.02 * generator.normal(size=(FRAMES, MOLECULES, 3)), axis=0), 3, axis=1)
    return (positions(turned) + shifts)[:, None] + 0.03 * generator.normal(size=(FRAMES, beads, 3 * MOLECULES, 3))


def of_ipi(folder: Path) -> Run:
    """A path integral with forces, torques and properties."""
    generator = np.random.default_rng(4)
    (folder / "input.xml").write_text(INPUT)
    names = ["step", "time{picosecond}", "temperature{kelvin}", "potential{electronvolt}", "conserved{electronvolt}"]
    rows = [f"# column {place} --> {name} : ." for place, name in enumerate(names, start=1)]
    rows += [
        f"{20 * k} {0.01 * k:.6f} 300.0 {x:.8f} {y:.8f}" for k, (x, y) in enumerate(generator.normal(size=(60, 2)))
    ]
    (folder / "water.out").write_text("\n".join(rows) + "\n")
    values = {"pos": (liquid(BEADS), "positions{angstrom}")}
    values["for"] = (1e-2 * generator.normal(size=values["pos"][0].shape), "forces{atomic_unit}")
    for bead in range(BEADS):
        for name, (frames, quantity) in values.items():
            with (folder / f"water.{name}_{bead}.xyz").open("w") as file:
                for k, frame in enumerate(frames[:, bead]):
                    cell = f"{BOX:10.5f} " * 3 + f"{90:10.5f} " * 3
                    file.write(f"{len(frame)}\n# CELL(abcABC): {cell} Step: {20 * k:11d} Bead: {bead:7d} {quantity} ")
                    file.write("cell{angstrom}\n")
                    for symbol, (x, y, z) in zip(SYMBOLS, frame.tolist(), strict=True):
                        file.write(f"{symbol:>8s} {x:12.5e} {y:12.5e} {z:12.5e}\n")
        torques = 1e-3 * generator.normal(size=(FRAMES, 3))
        text = [f" #EXTRAS(torque)# Step: {20 * k} Bead: {bead}\n {x} {y} {z}\n" for k, (x, y, z) in enumerate(torques)]
        (folder / f"water.torque_{bead}").write_text("".join(text))
    return open_run(folder)


def of_lammps(folder: Path) -> Run:
    """A dump with velocities, without a log."""
    generator = np.random.default_rng(5)
    path = folder / "water.lammpstrj"
    with path.open("w") as file:
        for k, (frame,) in enumerate(liquid(1)):
            file.write(f"ITEM: TIMESTEP\n{k}\nITEM: NUMBER OF ATOMS\n{len(frame)}\nITEM: BOX BOUNDS pp pp pp\n")
            file.write(f"0.0 {BOX}\n" * 3 + "ITEM: ATOMS id element xu yu zu vx vy vz\n")
            velocities = generator.normal(scale=5.0, size=frame.shape)
            for number, (symbol, x, v) in enumerate(zip(SYMBOLS, frame, velocities, strict=True), start=1):
                file.write(f"{number} {symbol} {x[0]} {x[1]} {x[2]} {v[0]} {v[1]} {v[2]}\n")
    return open_run(path, units="metal", timestep=0.01, temperature=300.0)


def one_by_one(run: Run, settings: Settings, processes: Processes | None) -> tuple[dict[str, Any], dict[str, str]]:
    """Quantities and notes of each observable, whose analyses go through the frames alone; and what is skipped."""
    found, skipped = {}, {}
    for name, kind in OBSERVABLES.items():
        with closing(OpenedRun(run, settings)) as opened:
            try:
                plan = kind.from_run(opened)
                for analysis in plan.analyses:
                    analysis.run(2, None, 1, backend=processes if analysis.parallelizable else None)
                found[name] = plan.conclude().to_dict()
            except NotApplicableError as error:
                skipped[name] = str(error)
    return found, skipped


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("make", [of_ipi, of_lammps])
def test_one_pass_gives_the_numbers_of_many(
    make: Callable[[Path], Run], jobs: int, tmp_path: Path, processes: Processes
) -> None:
    """To the last bit."""
    run, settings = make(tmp_path), Settings(**SETTINGS, jobs=jobs)
    alone, skipped = one_by_one(run, settings, processes if jobs > 1 else None)
    together = analyze(run, None, settings)
    assert set(skipped) == (set() if make is of_ipi else {"symmetry", "gyration", "kinetic"})
    assert together.provenance["skipped"] == skipped
    assert together.provenance["failed"] == {}
    assert [result.observable for result in together.results] == list(alone)
    for result in together.results:
        for part in ("quantities", "notes"):
            assert json.dumps(result.to_dict()[part]) == json.dumps(alone[result.observable][part]), result.observable


def test_the_frames_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, told = of_lammps(tmp_path), []
    analysis = analyze(run, None, Settings(**SETTINGS), progress=lambda *how_far: told.append(how_far))
    assert len(analysis.results) > 8
    assert told == [(frame + 1, 58) for frame in range(58)]


def test_a_fault_of_one_leaves_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = of_lammps(tmp_path)
    whole = analyze(run, None, Settings(**SETTINGS))

    def divided(self: Orientation, cells: Cells) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(Orientation, "_evaluate", divided)
    analysis = analyze(run, None, Settings(**SETTINGS))
    assert list(analysis.provenance["failed"]) == ["orientation"]
    assert "ZeroDivisionError: by nothing" in analysis.provenance["failed"]["orientation"]["error"]
    assert "in divided" in analysis.provenance["failed"]["orientation"]["traceback"]
    others = [result for result in whole.results if result.observable != "orientation"]
    assert [result.to_dict() for result in analysis.results] == [result.to_dict() for result in others]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_wrong_setting_ends_the_analysis(jobs: int, tmp_path: Path) -> None:
    run, told = of_lammps(tmp_path), []
    with pytest.raises(SettingError, match="`cutoff`"):
        analyze(run, None, Settings(cutoff=30.0, jobs=jobs), progress=lambda *how_far: told.append(how_far))
    with pytest.raises(SettingError, match="`longest`"):
        analyze(run, None, Settings(longest=30.0, jobs=jobs), progress=lambda *how_far: told.append(how_far))
    assert told == []


def test_a_setting_that_fails_in_a_later_frame_loses_its_observable_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, told = of_lammps(tmp_path), []

    def refused(self: Rdf) -> Array:
        if self._ts.frame == 9:
            raise SettingError("cutoff", "expected less, got more")
        return np.zeros(1)

    monkeypatch.setattr(Rdf, "_sample", refused)
    analysis = analyze(run, None, Settings(cutoff=3.0), progress=lambda *how_far: told.append(how_far))
    assert analysis.provenance["refused"] == {"rdf": "`cutoff`: expected less, got more"}
    assert "orientation" in {result.observable for result in analysis.results}
    assert told[-1] == (FRAMES, FRAMES)
