"""Heat of random rotations."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.constants
from support.ipi_inputs import INPUT, THERMOSTAT, WATER, findings

from tumble.errors import NotApplicableError
from tumble.ipi_check.checks.random_frames import RandomFrames, excess_of_elements, heating
from tumble.ipi_check.finding import Level

RANDOM = {"symmetrize": "random", "seed": 1, "model": "harmonic_2"}
ONE = ("nbeads='32'", "nbeads='1'")
START = INPUT.index("<motion")
DYNAMICS = INPUT[START : INPUT.index("</motion>") + len("</motion>")]


def test_the_estimate() -> None:
    """The temperature of free particles with Langevin friction and noise, simulated in SI units."""
    random = np.random.default_rng(0)
    mass, step, tau, temperature = 2.0, 0.5, 50.0, 300.0  # u, fs, fs, K
    sigma = 0.3  # eV/Å
    m, thermal = mass * scipy.constants.atomic_mass, scipy.constants.k * temperature
    decay = np.exp(-step / tau)
    momenta = random.normal(scale=np.sqrt(m * thermal), size=100_000)
    for _ in range(400):
        momenta += random.normal(scale=sigma * scipy.constants.e * 1e10, size=len(momenta)) * step * 1e-15
        momenta = decay * momenta + random.normal(scale=np.sqrt(m * thermal * (1 - decay**2)), size=len(momenta))
    seen = (momenta**2).mean() / m / scipy.constants.k - temperature
    noise = np.full((4, 3), sigma**2)
    assert heating(noise, np.full(4, mass), step, tau) == pytest.approx(seen, rel=0.05)


def test_elements_have_their_own() -> None:
    noise = np.array([[0.01] * 3, [0.01] * 3])
    found = excess_of_elements(noise, np.array([16.0, 1.0]), ["O", "H"], 0.5, 100.0)
    assert found["H"] == pytest.approx(16.0 * found["O"])
    assert heating(noise, np.array([16.0, 1.0]), 0.5, 100.0) == pytest.approx(0.5 * (found["O"] + found["H"]))


def test_fixed_sets(case_of) -> None:
    assert findings(RandomFrames, case_of()) == []
    assert findings(RandomFrames, case_of(symmetrize="octahedral")) == []


@pytest.mark.parametrize(
    ("change", "level", "text"),
    [
        (("mode='nvt'", "mode='nve'"), Level.ERROR, "there is no thermostat"),
        ((THERMOSTAT, ""), Level.ERROR, "there is no thermostat"),
        ((THERMOSTAT, THERMOSTAT.replace("pile_l", "svr")), Level.WARNING, "as a whole"),
        ((DYNAMICS, "<motion mode='minimize'/>"), Level.ERROR, "same energy for the same structure"),
        ((DYNAMICS, "<motion mode='neb'/>"), Level.ERROR, "same energy for the same structure"),
    ],
)
def test_faults(case_of, change: tuple[str, str], level: Level, text: str) -> None:
    (found,) = findings(RandomFrames, case_of(change, **RANDOM))
    assert (found.level, text in found.text) == (level, True)


@pytest.mark.parametrize(
    "change",
    [
        (THERMOSTAT, "<thermostat mode='gle'/>"),
        ("<ensemble> <temperature units='kelvin'> 300 </temperature> </ensemble>", ""),
    ],
)
def test_unknown_heat_is_no_silence(case_of, change: tuple[str, str]) -> None:
    with pytest.raises(NotApplicableError):
        findings(RandomFrames, case_of(change, **RANDOM))


def test_the_noise_of_a_model(case_of) -> None:
    """That of the forces over rotations: the harmonic of degree 2 changes its forces, the pair potential doesn't."""
    quiet = case_of(symmetrize="random", seed=1)
    assert np.abs(quiet.model.force_noise(WATER, 48)).max() < 1e-20
    assert [each.level for each in findings(RandomFrames, quiet)] == [Level.NOTE]
    noisy = case_of(ONE, **RANDOM)
    (found,) = findings(RandomFrames, noisy)
    assert (found.level, "too weak" in found.text, "<tau" in found.cure) == (Level.WARNING, True, True)


def test_forces_of_another_driver(case_of) -> None:
    assert findings(RandomFrames, case_of(("forcefield='tumble'", "forcefield='other'"), **RANDOM)) == []


def test_beads_share_the_noise(case_of) -> None:
    def excess(**options: str) -> float:
        (found,) = findings(RandomFrames, case_of(**RANDOM, **options))
        return float(found.text.split("about ")[1].split(" K")[0])

    assert excess(beads="shared") == pytest.approx(32 * excess(), rel=0.1)


def test_rotations_of_ipi(case_of) -> None:
    inner = "<ffsocket mode='unix'> <address> a </address> </ffsocket> <random> True </random>"
    changes = (
        (
            INPUT[INPUT.index("<ffsocket") : INPUT.index("</ffsocket>") + 11],
            f"<ffrotations name='tumble'> {inner} </ffrotations>",
        ),
        ("mode='nvt'", "mode='nve'"),
    )
    (found,) = findings(RandomFrames, case_of(*changes))
    assert found.level is Level.ERROR
