"""Motions of i-PI: what their steps are. Names and elements are those of `ipi.inputs.motion.motion` (3.3.1)."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from tumble.analysis import TrajectoryError
from tumble.runs.ipi.motion import Motion, motion_of

DYNAMICS = """<{element} mode='{mode}'> <timestep units='femtosecond'> 0.5 </timestep>
  <thermostat mode='{bath}'> <tau units='femtosecond'> 100 </tau> {more} </thermostat> </{element}>"""


def read(motion: str, beads: int = 1) -> Motion:
    return motion_of(ElementTree.fromstring(f"<system> {motion} </system>"), beads)


def dynamics(
    mode: str = "nvt", bath: str = "langevin", more: str = "", element: str = "dynamics", beads: int = 1
) -> Motion:
    text = DYNAMICS.format(element=element, mode=mode, bath=bath, more=more)
    return read(f"<motion mode='{element}'> {text} </motion>", beads)


@pytest.mark.parametrize("element", ["dynamics", "driven_dynamics", "constrained_dynamics"])
def test_dynamics_have_a_time_step(element: str) -> None:
    found = dynamics("nve", element=element)
    assert found.timestep == pytest.approx(5e-4, rel=1e-14)
    assert (found.thermostat, found.one_force_per_step, found.unsampled) == ("none", True, None)


@pytest.mark.parametrize(
    ("mode", "element", "words", "thermostat"),
    [
        ("npt", "dynamics", "NPT (LANGEVIN)", "local"),
        ("nvt", "constrained_dynamics", "NVT (LANGEVIN) with constraints", "local"),
        ("eda-nve", "driven_dynamics", "NVE in an electric field", "local"),
        ("eda-nvt", "driven_dynamics", "NVT (LANGEVIN) in an electric field", "local"),
        ("nve", "driven_dynamics", "NVE", "none"),
        ("nvt-cc", "dynamics", "NVT (LANGEVIN, fixed centroid)", "local"),
    ],
)
def test_ensembles(mode: str, element: str, words: str, thermostat: str) -> None:
    found = dynamics(mode, element=element)
    assert (found.words, found.thermostat) == (words, thermostat)
    assert any("electric field" in note for note in found.notes) is ("field" in words)
    assert any("centroid is fixed" in note for note in found.notes) is ("fixed" in words)


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("minimize", "geometry optimization"),
        ("vibrations", "finite differences of the forces"),
        ("neb", "nudged elastic band"),
        ("string", "string method"),
        ("instanton", "instanton optimization"),
        ("scp", "self-consistent phonons"),
        ("normalmodes", "vibrational self-consistent field"),
        ("al-kmc", "kinetic Monte Carlo"),
        ("alchemy", "exchange of isotopes"),
        ("planetary", "planetary model"),
        ("t_ramp", "ramp of the temperature"),
        ("p_ramp", "ramp of the pressure"),
        ("dummy", "no motion"),
        ("a_new_one", "motion `a_new_one`"),
    ],
)
def test_motions_that_sample_nothing(mode: str, words: str) -> None:
    # An element of dynamics that isn't used, as checkpoints may have it, changes nothing.
    found = read(f"<motion mode='{mode}'> <dynamics mode='nvt'/> </motion>", beads=16)
    assert (found.words, found.timestep, found.thermostat) == (words, None, None)
    assert found.unsampled is not None
    assert (found.images is not None) is (mode in ("neb", "string", "instanton"))


@pytest.mark.parametrize("mode", ["replay", "atomswap"])
def test_motions_that_sample_without_a_time(mode: str) -> None:
    found = read(f"<motion mode='{mode}'/>")
    assert (found.timestep, found.unsampled, found.one_force_per_step) == (None, None, False)


@pytest.mark.parametrize("name", ["fixatoms", "fixatoms_dof"])
def test_atoms_that_are_held_fixed_are_noted(name: str) -> None:
    inner = "<dynamics mode='nve'/>"
    for text, noted in (("[0, 1]", True), ("[ ]", False)):
        element = f"<motion mode='dynamics'><{name}> {text} </{name}>{inner}</motion>"
        for whole in (element, f"<motion mode='multi'>{element}<motion mode='dynamics'>{inner}</motion></motion>"):
            found = read(whole)
            assert any(note.startswith(f"Atoms are held fixed (`{name}`)") for note in found.notes) == noted


def test_all_motions_of_ipi_are_known() -> None:
    motion = pytest.importorskip("ipi.inputs.motion.motion")
    for mode in motion.InputMotion.attribs["mode"][1]["options"]:
        assert "motion `" not in read(f"<motion mode='{mode}'/>").words


def test_several_motions_in_a_step() -> None:
    text = DYNAMICS.format(element="dynamics", mode="nvt", bath="svr", more="")
    both = "<motion mode='multi'> <motion mode='dynamics'> {} </motion> <motion mode='{}'/> </motion>"
    found = read(both.format(text, "atomswap"))
    assert (found.words, found.timestep) == ("NVT (SVR) + Monte Carlo (swaps of atoms)", None)
    assert any("Atoms are swapped" in note for note in found.notes)
    found = read(both.format(text, "t_ramp"))
    assert (found.timestep, found.keeps_temperature, found.thermostat) == (pytest.approx(5e-4), False, "global")
    assert found.one_force_per_step is False
    assert read(both.format(text, "p_ramp")).keeps_temperature is True
    assert read(both.format(text, "minimize")).unsampled == "geometry optimization can't be combined with dynamics"
    twice = f"<motion mode='multi'> {2 * f'''<motion mode='dynamics'> {text} </motion>'''} </motion>"
    # i-PI adds their steps (`MultiMotion.get_totdt`).
    assert read(twice).timestep == pytest.approx(1e-3)
    assert read("<motion mode='multi'/>").unsampled is not None
    assert read("<motion mode='multi'> <motion mode='replay'/> </motion>").unsampled is None


@pytest.mark.parametrize(("mode", "words"), [("sc", "NVT"), ("scnpt", "NPT")])
def test_suzuki_chin(mode: str, words: str) -> None:
    found = dynamics(mode, "pile_l", beads=8)
    assert (found.words, found.suzuki_chin) == (f"{words} (PILE-L, Suzuki–Chin)", True)
    assert any("4 of 8 beads with even numbers" in note for note in found.notes)
    assert dynamics(mode, "pile_l", beads=1).suzuki_chin is False


@pytest.mark.parametrize("bath", ["pile_l", "pile_g"])
def test_a_centroid_of_another_temperature(bath: str) -> None:
    hot = "<pile_centroid_t units='kelvin'> 600 </pile_centroid_t>"
    found = dynamics("nvt", bath, hot, beads=4)
    assert found.centroid_temperature == pytest.approx(600.0, rel=1e-14)
    assert found.words == f"NVT ({bath.upper().replace('_', '-')}, centroid at 600 K)"
    assert any("600 K (`pile_centroid_t`)" in note for note in found.notes)
    # i-PI's default, which stands for the temperature of the ensemble.
    assert dynamics("nvt", bath, hot.replace("600", "0.0"), beads=4).centroid_temperature is None


def test_several_thermostats() -> None:
    both = "<thermostat mode='svr'/> <thermostat mode='langevin'/>"
    found = dynamics("nvt", "multi", both)
    assert (found.words, found.thermostat) == ("NVT (SVR, LANGEVIN)", "local")
    assert dynamics("nvt", "multi", "<thermostat mode='svr'/>").thermostat == "global"
    assert dynamics("nvt", "").thermostat == "none"


def test_a_quantum_thermostat_is_said() -> None:
    assert any("covariance" in note for note in dynamics("nvt", "gle", "<C> [ 1, 2 ] </C>").notes)
    assert dynamics("nvt", "gle", "<C> [ ] </C>").notes == ()


@pytest.mark.parametrize("number", ["0", "-1", "nan", "inf", "1_0", "1e400", "half"])
def test_impossible_time_steps(number: str) -> None:
    with pytest.raises(TrajectoryError, match=rf"`timestep`: .*got `{number}`"):
        read(f"<motion mode='dynamics'> <dynamics> <timestep> {number} </timestep> </dynamics> </motion>")
