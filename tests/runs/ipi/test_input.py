"""Inputs of i-PI. What it does where an input says nothing is that of i-PI 3.3.1, in test_ipi_run.py by real runs."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from ase import units
from support.mutations import outcomes

from tumble.analysis import TrajectoryError
from tumble.runs import open_run
from tumble.runs.ipi.input import IpiInput, read_ipi_input

INPUT = """\
<simulation>
  <output prefix='water'>
    <properties filename='out' stride='5'> [ step ] </properties>
    <trajectory filename='vel' stride='2' format='ase' bead='-2'> velocities{ase} </trajectory>
    <trajectory filename='torque' extra_type='torque, bare_energy'> extras </trajectory>
  </output>
  <system>
    <initialize nbeads='4'> <file mode='xyz'> water64.xyz </file> </initialize>
    <ensemble> <temperature units='kelvin'> 300 </temperature> </ensemble>
    <motion mode='dynamics'>
      <dynamics mode='nvt'>
        <timestep units='femtosecond'> 0.5 </timestep>
        <thermostat mode='pile_l'> <tau units='femtosecond'> 100 </tau> </thermostat>
      </dynamics>
    </motion>
  </system>
</simulation>
"""
STEPS = "<total_steps> 50 </total_steps> <system>"


def read(folder: Path, text: str) -> IpiInput:
    (folder / "input.xml").write_text(text)
    return read_ipi_input(folder / "input.xml")


def test_input(tmp_path: Path) -> None:
    found = read(tmp_path, INPUT)
    assert (found.beads, found.motion.words, found.motion.thermostat, found.start) == (4, "NVT (PILE-L)", "local", 0)
    assert (found.total_steps, read(tmp_path, INPUT.replace("<system>", STEPS)).total_steps) == (1000, 50)
    assert (found.motion.timestep, found.temperature) == (pytest.approx(0.0005), 300.0)
    assert [(each.path, each.stride) for each in found.properties] == [(tmp_path / "water.out", 5)]
    velocities, torque = found.trajectories
    assert (velocities.quantity, velocities.stem, velocities.stride) == ("velocities", tmp_path / "water.vel", 2)
    assert (velocities.format, list(velocities.beads(4))) == ("ase", [0, 2])
    assert (velocities.units, velocities.cell_units, torque.units) == ("ase", "", "")
    assert (torque.quantity, torque.extra_type, list(torque.beads(2))) == ("extras", "torque, bare_energy", [0, 1])


def test_names_of_properties(tmp_path: Path) -> None:
    text = INPUT.replace(
        "[ step ]", "[ step, time{picosecond},\n kinetic_cv(O){electronvolt}, atom_x{angstrom}(0, 1) ]"
    )
    expected = ("step", "time{picosecond}", "kinetic_cv(O){electronvolt}", "atom_x{angstrom}(0, 1)")
    assert read(tmp_path, text).properties[0].names == expected


def test_units_of_trajectories(tmp_path: Path) -> None:
    text = INPUT.replace("format='ase' bead='-2'> velocities{ase}", "cell_units='angstrom'> positions{angstrom}")
    positions = read(tmp_path, text).trajectories[0]
    assert (positions.quantity, positions.units, positions.cell_units) == ("positions", "angstrom", "angstrom")


def test_defaults_are_those_of_ipi(tmp_path: Path) -> None:
    inputs = pytest.importorskip("ipi.inputs.outputs")
    text = "<simulation> {} <system> <motion mode='dynamics'> <dynamics/> </motion> </system> </simulation>"
    found = read(tmp_path, text.format("<output> <properties/> <trajectory/> </output>"))
    prefix = inputs.InputOutputs().prefix.fetch()
    (trajectory,), (properties,) = found.trajectories, found.properties
    theirs = inputs.InputTrajectory()
    assert trajectory.stem.name == f"{prefix}.{theirs.filename.fetch()}"
    assert trajectory.stride == theirs.stride.fetch()
    assert (trajectory.format, trajectory.bead) == (theirs.format.fetch(), theirs.bead.fetch())
    assert trajectory.extra_type == theirs.extra_type.fetch()
    assert properties.path.name == f"{prefix}.{inputs.InputProperties().filename.fetch()}"
    assert properties.stride == inputs.InputProperties().stride.fetch()
    # Those of ipi.inputs.motion.dynamics and ipi.inputs.ensembles.
    assert found.motion.timestep == pytest.approx(1e12 * units._aut)
    assert (found.motion.words, found.motion.thermostat, found.temperature) == ("NVE", "none", None)


def test_without_an_output_the_outputs_are_those_of_ipi(tmp_path: Path) -> None:
    inputs = pytest.importorskip("ipi.inputs.outputs")
    found = read(tmp_path, "<simulation> <system/> </simulation>")
    default = inputs.InputOutputs.make_default()
    properties, trajectory = default[:2]
    assert [(each.path.name, each.stride) for each in found.properties] == [
        (f"{default.prefix}.{properties.filename}", properties.stride)
    ]
    assert [(each.stem.name, each.stride, each.quantity) for each in found.trajectories] == [
        (f"{default.prefix}.{trajectory.filename}", trajectory.stride, trajectory.what)
    ]
    assert (found.motion.timestep, found.motion.words, found.motion.thermostat) == (None, "no motion", None)


@pytest.mark.parametrize(
    ("output", "system", "name"),
    [
        ("prefix=' run '", "", "run.out"),
        ("prefix=''", "", "out"),
        ("", "prefix='a'", "a_i-pi.out"),
        ("prefix='run'", "prefix='a'", "a_run.out"),
        # i-PI takes quotation marks as a part of the name, and so do the files.
        ("prefix='\"run\"'", "", '"run".out'),
    ],
)
def test_names_of_files(tmp_path: Path, output: str, system: str, name: str) -> None:
    text = f"<simulation> <output {output}> <properties> [ step ] </properties> </output> <system {system}/>"
    assert read(tmp_path, text + "</simulation>").properties[0].path == tmp_path / name


@pytest.mark.parametrize(
    ("bath", "beads", "kind"),
    [
        ("svr", 4, "global"),
        ("pile_g", 1, "global"),
        ("pile_g", 4, "local"),
        ("nm_gle_g", 4, "local"),
        ("langevin", 1, "local"),
        ("", 1, "none"),
    ],
)
def test_thermostats(tmp_path: Path, bath: str, beads: int, kind: str) -> None:
    text = INPUT.replace("'pile_l'", f"'{bath}'").replace("nbeads='4'", f"nbeads='{beads}'")
    assert read(tmp_path, text).motion.thermostat == kind
    assert read(tmp_path, text.replace("'nvt'", "'nve'")).motion.thermostat == "none"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", True),
        ("<thermostat", "<nmts> [ 1 ] </nmts> <thermostat", True),
        ("<thermostat", "<nmts> [ 1, 4 ] </nmts> <thermostat", False),
        ("<thermostat", "<nmts> [ 4 ] </nmts> <thermostat", False),
        ("'nvt'", "'sc'", False),
        ("<motion mode='dynamics'>", "<motion mode='multi'>", False),
    ],
)
def test_forces_in_a_step(tmp_path: Path, old: str, new: str, expected: bool) -> None:
    assert read(tmp_path, INPUT.replace(old, new) if old else INPUT).motion.one_force_per_step is expected


def test_a_checkpoint_in_atomic_units(tmp_path: Path) -> None:
    text = """<!-- of i-PI -->
    <simulation> <step>30</step>
      <system>
        <ensemble> <temperature>  9.50044560e-04</temperature> </ensemble>
        <motion mode='dynamics'> <dynamics mode='nvt'>
          <thermostat mode='svr'/> <timestep>  2.06706865e+01</timestep> <nmts shape='(1)'> [ 1 ] </nmts>
        </dynamics> </motion>
        <beads natoms='1' nbeads='2'> <q shape='(2, 3)'> [ 0, 0, 0, 0, 0, 0 ] </q> </beads>
      </system>
    </simulation>"""
    found = read(tmp_path, text.strip())
    assert (found.start, found.beads, found.motion.one_force_per_step) == (30, 2, True)
    assert (found.motion.timestep, found.temperature) == (pytest.approx(0.0005), pytest.approx(300.0, rel=2e-6))


TEMPLATE = """<system_template> <labels> [ INDEX, TEMP ] </labels> <instance> [ 0, 300 ] </instance> {}
  <template> <system prefix='sINDEX'> <ensemble> <temperature> TEMP </temperature> </ensemble> </system> </template>
</system_template>"""


@pytest.mark.parametrize(
    ("systems", "number"),
    [
        ("<system prefix='a'/> <system prefix='b'/>", "2"),
        (TEMPLATE.format("<instance> [ 1, 600 ] </instance>"), "2"),
        (TEMPLATE.format(""), "one from a `system_template`"),
        ("<system/>" + TEMPLATE.format(""), "2"),
    ],
)
def test_several_systems_are_refused(tmp_path: Path, systems: str, number: str) -> None:
    message = rf"expected one system, got {number}; .*`PREFIX_i-pi\.NAME_\*\.xyz`"
    with pytest.raises(TrajectoryError, match=message):
        read(tmp_path, f"<simulation> {systems} </simulation>")


@pytest.mark.parametrize(
    "smotion", ["<smotion mode='remd'/>", "<smotion mode='multi'> <smotion mode=' remd '/> </smotion>"]
)
def test_replicas_that_exchange_ensembles_must_be_sorted(tmp_path: Path, smotion: str) -> None:
    systems = TEMPLATE.format("<instance> [ 1, 600 ] </instance>")
    with pytest.raises(TrajectoryError, match="`i-pi-remdsort`"):
        read(tmp_path, f"<simulation> {systems} {smotion} </simulation>")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (" 300 ", " TEMP ", r"`temperature`: .*got `TEMP`"),
        ("'femtosecond'> 0.5", "'fortnight'> 0.5", r"`timestep`: .*got `fortnight`"),
        ("nbeads='4'", "nbeads='P'", r"`nbeads`: .*got `P`"),
        ("stride='5'", "stride='0'", r"`stride`: .*1, got 0"),
        ("simulation>", "something>", "element `simulation`"),
        ("system>", "something>", "element `system`, got none"),
        ("</output>", "", "element `simulation`"),
    ],
)
def test_bad_inputs(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(TrajectoryError, match=message):
        read(tmp_path, INPUT.replace(old, new))


def test_quotation_marks_around_units(tmp_path: Path) -> None:
    assert read(tmp_path, INPUT.replace("'femtosecond'", "'\"femtosecond\"'")).motion.timestep == pytest.approx(0.0005)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", None),
        ("<ffrotations> <random> True </random> </ffrotations>", "ffrotations of i-PI (random)"),
        (
            "<ffrotations> <grid_order> 5 </grid_order> <grid_mode> lebedev </grid_mode> <inversion> true </inversion> "
            "</ffrotations>",
            "ffrotations of i-PI (lebedev 5, inversion)",
        ),
        ("<ffrotations> <grid_order> 3 </grid_order> </ffrotations>", "ffrotations of i-PI (legendre 3)"),
        ("<ffrotations/>", "ffrotations of i-PI (one rotation)"),
    ],
)
def test_rotations_of_ipi_itself(tmp_path: Path, text: str, words: str | None) -> None:
    assert read(tmp_path, INPUT.replace("<system>", f"{text} <system>")).rotations == words
    (tmp_path / "drive.log").write_text("tumble drive: model water (1 MB) on cpu; symmetrize none, 1 rotation\n")
    assert open_run(tmp_path).symmetrize == (words or "none")
    (tmp_path / "drive.log").write_text(
        "tumble drive: model water (1 MB) on cpu; symmetrize octahedral, 24 rotations\n"
    )
    assert open_run(tmp_path).symmetrize == (f"{words}, driver: octahedral" if words else "octahedral")


def test_damage_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "input.xml"
    found, refused = outcomes(path, INPUT.encode(), 600, 14, read_ipi_input)
    assert all(str(path) in message for message in refused)
    assert len(found) > 10
    for each in found:
        assert each.motion.timestep is None or 0 < each.motion.timestep < np.inf
        assert each.beads >= 1


BOMB = "<!DOCTYPE s [<!ENTITY a0 'aaaaaaaaaa'>{}]> <simulation> &a20; </simulation>".format(
    "".join(f"<!ENTITY a{level} '{10 * f'&a{level - 1};'}'>" for level in range(1, 21))
)


@pytest.mark.parametrize(
    "content",
    [
        BOMB.encode(),
        b"<!DOCTYPE s [<!ENTITY x SYSTEM 'file:///etc/passwd'>]> <simulation> &x; </simulation>",
        b"<?xml version='1.0' encoding='shift-jis'?><simulation/>",
        b"<?xml version='1.0' encoding='no-such'?><simulation/>",
        b"<simulation>\xff</simulation>",
        b"<simulation>\0</simulation>",
        INPUT.encode()[:400],
        b"",
    ],
)
def test_what_is_no_xml(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "input.xml").write_bytes(content)
    with pytest.raises(TrajectoryError, match=r"input\.xml`: .*element `simulation`"):
        read_ipi_input(tmp_path / "input.xml")


def test_deeply_nested_elements(tmp_path: Path) -> None:
    deep = "<a>" * 50_000 + "</a>" * 50_000
    assert read(tmp_path, INPUT.replace("</simulation>", f"{deep}</simulation>")).beads == 4


def test_names_that_no_file_can_have(tmp_path: Path) -> None:
    for name in ("x" * 300, "/", "..", "a/../b"):
        text = INPUT.replace("prefix='water'", "prefix=''").replace("filename='vel'", f"filename='{name}'")
        (tmp_path / "input.xml").write_text(text.replace("filename='out'", f"filename='{name}'"))
        assert open_run(tmp_path).trajectory.positions == ()


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "input.xml")
    os.mkfifo(tmp_path / "drive.log")
    (tmp_path / "folder.log").mkdir()
    with pytest.raises(TrajectoryError, match="got no file"):
        read_ipi_input(tmp_path / "input.xml")
    (tmp_path / "input.xml").unlink()
    (tmp_path / "input.xml").write_text(INPUT)
    for name in ("water.out", "water.torque_0", "water.vel_0.extxyz"):
        os.mkfifo(tmp_path / name)
    found = open_run(tmp_path)
    assert (found.torque, len(found.time), found.model) == (None, 0, {})


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("<smotion mode='metad'/> <system>", "The run has metadynamics (`smotion`)"),
        ("<smotion mode='multi'> <smotion mode='dmd'/> </smotion> <system>", "The run has a driving force"),
        ("<system> <normal_modes> <open_paths> [ 0 ] </open_paths> </normal_modes>", "Some atoms have open paths"),
        ("<system> <normal_modes> <bosons> [ 0 ] </bosons> </normal_modes>", "Some atoms have exchange of bosons"),
    ],
)
def test_what_changes_averages_is_said(tmp_path: Path, text: str, note: str) -> None:
    (found,) = read(tmp_path, INPUT.replace("<system>", text)).notes
    assert found.startswith(note)
    bias = "<ensemble> <bias> <force forcefield='plumed'/> </bias>"
    (found,) = read(tmp_path, INPUT.replace("<ensemble>", bias)).notes
    assert found.startswith("A bias acts on the atoms")
