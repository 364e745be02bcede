"""Elements `dynamics` of inputs of i-PI."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest

from tumble.errors import TrajectoryError
from tumble.runs.ipi.dynamics import Thermostat, dynamics_of, modes_of

NPT = """
<motion mode='dynamics'> <dynamics mode='npt' splitting='baoab'>
  <timestep units='femtosecond'> 2 </timestep> <nmts> [ 1, 2, 2 ] </nmts>
  <thermostat mode='multi'>
    <thermostat mode='langevin'> <tau units='femtosecond'> 100 </tau> </thermostat>
    <thermostat mode='nm_gle'> <A> [ 1, 2 ] </A> <C> [ ] </C> </thermostat>
  </thermostat>
  <barostat mode='flexible'> <thermostat mode='gle'> <A> [ 1 ] </A> <C> [ 1 ] </C> </thermostat> </barostat>
</dynamics> </motion>
"""


def system(text: str) -> Any:
    return ElementTree.fromstring(f"<system> {text} </system>")


def test_all_of_it() -> None:
    (found,) = dynamics_of(system(NPT))
    assert (found.mode, found.splitting, found.barostat, found.levels) == ("npt", "baoab", "flexible", (1, 2, 2))
    assert found.thermostats == (
        Thermostat("langevin", pytest.approx(0.1), colored=False, quantum=False),
        Thermostat("nm_gle", None, colored=True, quantum=False),
    )
    assert found.barostat_thermostats == (Thermostat("gle", None, colored=True, quantum=True),)
    assert [found.step_at(level) for level in range(3)] == [pytest.approx(step) for step in (0.002, 0.001, 0.0005)]
    assert (found.constant_pressure, found.constant_energy) == (True, False)


def test_defaults_are_those_of_ipi() -> None:
    theirs = pytest.importorskip("ipi.inputs.motion.dynamics").InputDynamics()
    (found,) = dynamics_of(system("<motion mode='dynamics'/>"))
    assert (found.mode, found.splitting) == (theirs.mode.fetch(), theirs.splitting.fetch())
    # i-PI's unit of time in ps (`ipi.utils.units`).
    assert found.timestep == pytest.approx(theirs.timestep.fetch() * 1e12 / 4.1341373e16)
    assert (found.levels, found.thermostats, found.barostat) == ((1,), (), "")
    assert found.constant_energy


def test_several_motions() -> None:
    inner = "<motion mode='dynamics'> <dynamics mode='nve'/> </motion> <motion mode='atomswap'/>"
    text = f"<motion mode='multi'> {inner} <motion mode='dynamics'> <dynamics mode='nvt'/> </motion> </motion>"
    assert [each.mode for each in dynamics_of(system(text))] == ["nve", "nvt"]
    assert modes_of(system(text)) == ["dynamics", "atomswap", "dynamics"]


@pytest.mark.parametrize("levels", ["[ 1, 0 ]", "[ -2 ]", "[ 1, many ]"])
def test_impossible_levels(levels: str) -> None:
    with pytest.raises(TrajectoryError, match="`nmts`"):
        dynamics_of(system(NPT.replace("[ 1, 2, 2 ]", levels)))


def test_no_dynamics() -> None:
    assert dynamics_of(system("")) == []
    assert modes_of(system("")) == ["dummy"]
    assert dynamics_of(system("<motion mode='minimize'/>")) == []
    assert modes_of(system("<motion mode='minimize'/>")) == ["minimize"]
