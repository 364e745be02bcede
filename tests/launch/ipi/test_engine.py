"""Checkpoints of i-PI: which are of this run. `tests/launch/test_run.py` runs the engine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tumble.errors import ConfigurationError
from tumble.launch.ipi.engine import IpiEngine
from tumble.launch.machine import Machine
from tumble.simulation_file import Driver, Simulation

INPUTS = Path(__file__).parents[3] / "inputs" / "ipi"
#: Of an i-PI run after a number of steps.
CHECKPOINT = (
    "<simulation><step>{}</step><output prefix='simulation'></output><total_steps>1000</total_steps></simulation>"
)
OWN = (
    "<checkpoint filename='mine' stride='100'/> <checkpoint filename='each' stride='100' overwrite='False'/> </output>"
)


def engine_in(folder: Path, start: str = "") -> IpiEngine:
    shutil.copy(INPUTS / "water1.xyz", folder)
    text = (INPUTS / "water-molecule.xml").read_text()
    assert "</output>" in text
    text = text.replace("</output>", OWN).replace("<initialize nbeads='16'>", f"<initialize nbeads='16'>{start}")
    (folder / "simulation.xml").write_text(text)
    driver = Driver(model="water", structure="water1.xyz", symmetry_log="symmetry.log")
    engine = IpiEngine(Simulation(engine="ipi", input="simulation.xml", drivers=(driver,)), folder, Machine(1))
    engine.state.mkdir(exist_ok=True)
    return engine


def test_checkpoints_of_another_run(tmp_path: Path) -> None:
    engine = engine_in(tmp_path)
    names = ["RESTART", "simulation.each_3", "simulation.mine"]
    for name in names:
        (tmp_path / name).write_text(CHECKPOINT.format(500))
    (tmp_path / "symmetry.log").write_text("of another run\n")
    assert engine.checkpoint() is None
    assert sorted(path.name for path in engine.foreign_outputs()) == names
    (tmp_path / "simulation.properties").write_text("of another run\n")
    engine.begin()
    engine.mark_started()
    assert engine.checkpoint() is None
    for name in [*names, "symmetry.log", "simulation.properties"]:
        assert not (tmp_path / name).exists()
        assert (tmp_path / f"#{name}#0#").is_file()


def test_checkpoints_of_this_run(tmp_path: Path) -> None:
    engine = engine_in(tmp_path)
    engine.begin()
    engine.mark_started()
    (tmp_path / "simulation.mine").write_text(CHECKPOINT.format(300))
    (tmp_path / "simulation.each_0").write_text(CHECKPOINT.format(200))
    os.utime(tmp_path / "simulation.each_0", (0, 0))
    engine.keep_checkpoint()
    # i-PI was killed while it wrote the next one.
    (tmp_path / "simulation.mine").write_text(CHECKPOINT.format(400)[:30])
    found = engine.checkpoint()
    assert found is not None
    assert (found.step, found.path.name) == (300, "checkpoint.xml")
    assert engine.ended_early()
    (tmp_path / "RESTART").write_text(CHECKPOINT.format(1000))
    last = engine.checkpoint()
    assert last is not None
    assert engine.is_at_end(last)
    assert not engine.finished  # nobody has looked at the physics
    assert not engine.ended_early()


@pytest.mark.parametrize("name", ["RESTART", "simulation.mine"])
def test_a_start_from_a_file_that_would_be_overwritten(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"another name than `{name}`"):
        engine_in(tmp_path, f"<file mode='chk'> {name} </file>")
    engine_in(tmp_path, "<file mode='chk'> start.chk </file>")


def test_several_systems(tmp_path: Path) -> None:
    engine_in(tmp_path)
    text = (tmp_path / "simulation.xml").read_text()
    begin, end = text.index("<system>"), text.index("</system>") + len("</system>")
    (tmp_path / "simulation.xml").write_text(text[:end] + text[begin:end] + text[end:])
    driver = Driver(model="water", structure="water1.xyz")
    with pytest.raises(ConfigurationError, match="expected one system, got 2; start i-PI"):
        IpiEngine(Simulation(engine="ipi", input="simulation.xml", drivers=(driver,)), tmp_path, Machine(1))


def test_changes_that_a_continuation_ignores(tmp_path: Path) -> None:
    engine = engine_in(tmp_path)
    engine.mark_started()
    assert not engine.has_changed
    text = (tmp_path / "simulation.xml").read_text()
    driver = Driver(model="water", structure="water1.xyz")
    simulation = Simulation(engine="ipi", input="simulation.xml", drivers=(driver,))
    for old, new, changed in (("> 1000 <", "> 2000 <", False), ("> 0.5 <", "> 0.25 <", True)):
        assert old in text
        (tmp_path / "simulation.xml").write_text(text.replace(old, new))
        assert IpiEngine(simulation, tmp_path, Machine(1)).has_changed is changed
