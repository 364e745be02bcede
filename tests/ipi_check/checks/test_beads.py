"""The number of beads against the stiffest mode."""

from __future__ import annotations

import pytest
from support.ipi_inputs import FORCES, SOCKET, THERMOSTAT, findings

from tumble.errors import NotApplicableError
from tumble.ipi_check.checks.beads import Beads
from tumble.ipi_check.finding import Level
from tumble.ipi_check.stiffness import Stiffness

#: A mode of 3600 cm⁻¹ has ħω/kT = 17.27 at 300 K, since hc/k = 1.4388 cm K (CODATA).
QUANTA = 3600.0 * 1.438777 / 300.0
PIGLET = "<thermostat mode='nm_gle'> <A shape='(1,1,1)'> [ 1 ] </A> <C> [ 1 ] </C> </thermostat>"


@pytest.fixture
def with_beads(case_of):
    def case(beads: int, *changes: tuple[str, str], **options):
        made = case_of(("nbeads='32'", f"nbeads='{beads}'"), *changes, **options)
        made.__dict__["stiffness"] = Stiffness(3600.0 * 2 * 3.14159265 * 2.99792458e-5, 0.0, {"H": 1.0}, 10)
        return made

    return case


def test_the_rule(with_beads) -> None:
    assert f"ħω/kT = {QUANTA:.1f}" in findings(Beads, with_beads(16))[0].text


@pytest.mark.parametrize(
    ("beads", "level"), [(1, Level.NOTE), (4, Level.WARNING), (17, Level.WARNING), (18, Level.NOTE)]
)
def test_levels(with_beads, beads: int, level: Level) -> None:
    assert [each.level for each in findings(Beads, with_beads(beads))] == [level]


def test_enough(with_beads) -> None:
    assert findings(Beads, with_beads(36)) == []


def test_the_cure_is_what_people_use(with_beads) -> None:
    assert "nbeads='32'" in findings(Beads, with_beads(4))[0].cure
    assert (
        "nbeads='64'"
        in findings(Beads, with_beads(4, ("kelvin'> 300 </temperature", "kelvin'> 150 </temperature")))[0].cure
    )


def test_piglet_needs_fewer(with_beads) -> None:
    change = (THERMOSTAT, PIGLET)
    assert findings(Beads, with_beads(6, change)) == []
    (found,) = findings(Beads, with_beads(4, change))
    assert (found.level, "PIGLET" in found.text) == (Level.WARNING, True)


@pytest.mark.parametrize(
    ("highest", "units", "levels"), [(4000, "inversecm", 1), (3000, "inversecm", 2), (120, "thz", 1)]
)
def test_economized_springs(with_beads, highest: float, units: str, levels: int) -> None:
    """The mode has 3600 cm⁻¹, or 108 THz."""
    springs = f"<normal_modes> <frequencies style='eco' units='{units}'> [ {highest} ] </frequencies> </normal_modes>"
    found = findings(Beads, with_beads(8, ("<ensemble>", f"{springs} <ensemble>")))
    assert [each.level for each in found] == [Level.WARNING, Level.NOTE][-levels:]
    if levels == 2:
        assert "[ 3800 ]" in found[0].cure


def test_suzuki_chin(with_beads) -> None:
    change = ("mode='nvt'", "mode='sc'")
    assert findings(Beads, with_beads(10, change)) == []
    assert "Suzuki" in findings(Beads, with_beads(8, change))[0].text


def test_contraction(with_beads) -> None:
    (found,) = findings(Beads, with_beads(64, ("forcefield='tumble'", "forcefield='tumble' nbeads='8'")))
    assert (found.level, "contracted to 8 beads" in found.text) == (Level.WARNING, True)


def test_contraction_of_soft_forces(with_beads) -> None:
    other = SOCKET.replace("'tumble'", "'soft'")
    forces = "<forces> <force forcefield='tumble'/> <force forcefield='soft' nbeads='4'/> </forces>"
    assert findings(Beads, with_beads(64, (SOCKET, SOCKET + other), (FORCES, forces))) == []


def test_without_temperature(with_beads) -> None:
    with pytest.raises(NotApplicableError, match="temperature"):
        findings(Beads, with_beads(4, ("<temperature units='kelvin'> 300 </temperature>", "")))
