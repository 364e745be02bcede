"""Short runs of the real engines that write the same trajectory in many formats."""

from __future__ import annotations

import re
from pathlib import Path

from support.ipi_runs import BIN, Program

#: Of the runs of i-PI: time step (ps), number of beads, steps between frames, last step, and that of the checkpoint.
TIMESTEP, BEADS, STRIDE, STEPS, CHECKPOINT = 0.0005, 3, 2, 9, 5
#: Spring constant of the wells around the origin, in Hartree/bohr².
SPRING = 0.05
CELL = (8.0, 9.0, 10.0, 80.0, 95.0, 110.0)

_IPI = """
<simulation verbosity='low'>
  <total_steps> {steps} </total_steps>
  <prng> <seed> 1 </seed> </prng>
  <ffdirect name='well'> <pes>harmonic</pes> <parameters> {{ k1: {spring} }} </parameters> </ffdirect>
  <output prefix='run'>
    <properties filename='out' stride='{stride}'> [ step, r_gyration{{angstrom}} ] </properties>
    {trajectories}
    <checkpoint filename='checkpoint' stride='{checkpoint}'/>
  </output>
  <system>
    <initialize nbeads='{beads}'>
      <file mode='xyz'> start.xyz </file>
      <velocities mode='thermal' units='kelvin'> 300 </velocities>
    </initialize>
    <forces> <force forcefield='well'/> </forces>
    <ensemble> <temperature units='kelvin'> 300 </temperature> </ensemble>
    <motion mode='dynamics'>
      <fixcom> False </fixcom>
      <dynamics mode='nve'> <timestep units='femtosecond'> 0.5 </timestep> </dynamics>
    </motion>
  </system>
</simulation>
"""

#: Name of a trajectory: what it holds, and its options.
_TRAJECTORIES = {
    "pos": ("positions{angstrom}", "cell_units='angstrom'"),
    "bohr": ("positions", ""),
    "mixed": ("positions{angstrom}", ""),
    "pdb": ("positions{angstrom}", "format='pdb' cell_units='angstrom'"),
    "ext": ("positions", "format='ase'"),
    "extvel": ("velocities", "format='ase'"),
    "extforce": ("forces", "format='ase'"),
    "vel": ("velocities", "cell_units='angstrom'"),
    "velsi": ("velocities{m/s}", ""),
    "force": ("forces", "cell_units='angstrom'"),
    "forceev": ("forces{ev/ang}", ""),
    "xc": ("x_centroid{angstrom}", "cell_units='angstrom'"),
    "vc": ("v_centroid", "cell_units='angstrom'"),
    "fc": ("f_centroid", "cell_units='angstrom'"),
    "momenta": ("momenta", ""),
}

_START = """\
6
# CELL(abcABC): {cell} positions{{angstrom}} cell{{angstrom}}
O 0.1 0.2 0.3
H 1.1 0.2 0.3
H 0.1 1.2 0.3
O 3.1 3.2 3.3
H -4.1 3.2 3.3
H 3.1 4.2 3.3
"""


def run_ipi(folder: Path) -> None:
    """A path integral in a triclinic cell; files begin with `run.`, as in `_TRAJECTORIES`."""
    trajectories = "\n    ".join(
        f"<trajectory filename='{name}' stride='{STRIDE}' {options}> {what} </trajectory>"
        for name, (what, options) in _TRAJECTORIES.items()
    )
    (folder / "start.xyz").write_text(_START.format(cell=" ".join(map(str, CELL))))
    text = _IPI.format(
        steps=STEPS, spring=SPRING, stride=STRIDE, checkpoint=CHECKPOINT, beads=BEADS, trajectories=trajectories
    )
    (folder / "input.xml").write_text(text)
    _serve(folder, "input.xml")


def continue_ipi(folder: Path, steps: int) -> None:
    """Starts again from the checkpoint, as after a hard restart: i-PI goes on in the same files."""
    text = (folder / "run.checkpoint").read_text()
    text = re.sub(r"<total_steps>.*?</total_steps>", f"<total_steps>{steps}</total_steps>", text)
    (folder / "again.xml").write_text(text)
    _serve(folder, "again.xml")


def _serve(folder: Path, name: str) -> None:
    with Program(folder, [BIN / "i-pi", name], f"{name}.log") as server:
        status = server.wait(120)
    if status != 0:
        raise RuntimeError(server.output)


#: Of the runs of LAMMPS: time step (ps), first step, steps between frames, and number of frames.
LAMMPS_TIMESTEP, FIRST, EVERY, FRAMES = 0.002, 1000, 10, 11

_SYSTEM = """
units {units}
boundary {boundary}
atom_modify map yes
lattice fcc 5.3
region box block 0 2 0 2 0 2
create_box 2 box
create_atoms 1 box basis 1 2
{shape}
mass 1 39.948
mass 2 20.1797
displace_atoms all random 0.2 0.2 0.2 7 units box
velocity all create {temperature} 5 mom yes
pair_style lj/cut 4.0
pair_coeff * * {depth} 3.0
timestep {timestep}
reset_timestep 1000
"""

_SHEARED = "change_box all triclinic xy final 1.5 xz final -1.0 yz final 0.5 remap"

_DUMPS = """
fix move all nve
write_data start.data
dump images all custom 10 images.dump id type element x y z ix iy iz vx vy vz fx fy fz
dump_modify images element Ar Ne units yes time yes format float %.10g
dump unwrapped all custom 10 unwrapped.dump id type element xu yu zu vx vy vz
dump_modify unwrapped element Ar Ne format float %.10g
dump wrapped all custom 10 wrapped.dump id type x y z
dump_modify wrapped format float %.10g
dump scaled all custom 10 scaled.dump xs ys zs ix iy iz id type
dump_modify scaled format float %.10g
dump scaledunwrapped all custom 10 scaledunwrapped.dump id type xsu ysu zsu
dump_modify scaledunwrapped format float %.10g
dump atoms all atom 10 atoms.dump
dump nameless all custom 10 nameless.dump type element x y z
dump default all custom 10 default.dump id type element x y z
dump dcd all dcd 10 x.dcd
dump_modify dcd unwrap yes
dump xtc all xtc 10 x.xtc
dump_modify xtc precision 1000000 unwrap yes
dump extended all extxyz 10 x.extxyz
dump_modify extended element Ar Ne
dump plain all xyz 10 plain.xyz
dump_modify plain element Ar Ne
run 100
"""

_SWAPS = """
fix move all nve
fix swap all atom/swap 5 5 3 600.0 ke no types 1 2
dump swapped all custom 5 swapped.dump id type element xu yu zu
dump_modify swapped element Ar Ne format float %.10g
run 20
"""

_GROWS = """
fix move all nve
dump box all custom 10 box.dump id element xu yu zu
dump_modify box element Ar Ne format float %.10g
fix grow all deform 10 x scale 1.2 remap x
run 50
"""

_EXPANDS = """
change_box all x delta 30 30 y delta -20 -20 z delta 3 3 units box
displace_atoms all move 30 -20 3 units box
fix move all npt temp 600 600 0.1 iso 2000 300 0.3
dump corner all custom 20 corner.dump id element x y z
dump_modify corner element Ar Ne format float %.10g
dump counted all custom 20 counted.dump id element xu yu zu
dump_modify counted element Ar Ne format float %.10g
dump dcd all dcd 20 x.dcd
dump xtc all xtc 20 x.xtc
dump_modify xtc precision 1000000 unwrap yes
dump extended all extxyz 20 x.extxyz
dump_modify extended element Ar Ne
write_data start.data
run 3000
"""

_RIGID_WATER = """
units real
atom_style full
region box block 0 9.93 0 9.93 0 9.93
create_box 2 box bond/types 1 angle/types 1 extra/bond/per/atom 2 extra/angle/per/atom 1 extra/special/per/atom 2
mass 1 15.9994
mass 2 1.008
molecule water water.txt
lattice sc 3.31
create_atoms 0 box mol water 7
pair_style lj/cut 4.9
pair_coeff * * 0 0
pair_coeff 1 1 0.1553 3.166
bond_style harmonic
bond_coeff 1 1000 1.0
angle_style harmonic
angle_coeff 1 100 109.47
fix move all nve
fix rigid all shake 1e-4 20 0 b 1 a 1
timestep 1.0
run 0
velocity all create 300 11 loop geom
dump water all custom 5 water.dump id element x y z vx vy vz
dump_modify water element O H
run 400
"""

_WATER_MOLECULE = """a molecule of the geometry of SPC/E

3 atoms
2 bonds
1 angles

Coords

1 0 0 0
2 0.8165 0.5774 0
3 -0.8165 0.5774 0

Types

1 1
2 2
3 2

Bonds

1 1 1 2
2 1 1 3

Angles

1 1 2 1 3

Special Bond Counts

1 2 0 0
2 1 1 0
3 1 1 0

Special Bonds

1 2 3
2 1 3
3 1 2

Shake Flags

1 1
2 1
3 1

Shake Atoms

1 1 2 3
2 1 2 3
3 1 2 3

Shake Bond Types

1 1 1 1
2 1 1 1
3 1 1 1
"""

_PATH_INTEGRAL = """
fix move all pimd/langevin method nmpimd ensemble nvt temp 100.0 thermostat PILE_L 1234 tau 0.1 fixcom no
dump beads all custom 10 bead.${ibead}.dump id element x y z ix iy iz vx vy vz fx fy fz
dump_modify beads element Ar Ne units yes format float %.10g
run 40
"""


def run_lammps_formats(folder: Path) -> None:
    """32 atoms in a triclinic box, with everything that LAMMPS writes."""
    _run(folder, _system(shape=_SHEARED) + _DUMPS)


def run_lammps_real(folder: Path) -> None:
    """The same run in the units `real`, as far as the numbers allow."""
    script = _system(shape=_SHEARED, units="real", depth=0.0104 * 23.060549, timestep=2.0)
    dump = "dump real all custom 10 real.dump id element xu yu zu vx vy vz fx fy fz\n"
    dump += (
        "dump_modify real element Ar Ne format float %.10g\ndump dcd all dcd 10 real.dcd\ndump_modify dcd unwrap yes\n"
    )
    _run(folder, f"{script}fix move all nve\n{dump}run 100\n")


def run_lammps_swapping(folder: Path) -> None:
    """An alloy whose atoms exchange their types, by Monte Carlo."""
    _run(folder, _system() + _SWAPS)


def run_lammps_growing(folder: Path) -> None:
    """A box that grows along x, whose lower corner moves."""
    _run(folder, _system() + _GROWS)


def run_lammps_expanding(folder: Path) -> None:
    """A liquid whose pressure is let off, so that its box, far from the origin, grows about its middle."""
    _run(folder, _system() + _EXPANDS)


def run_lammps_rigid_water(folder: Path) -> None:
    """27 molecules of water that SHAKE keeps rigid, 400 steps of 1 fs; the first velocities don't obey it."""
    (folder / "water.txt").write_text(_WATER_MOLECULE)
    _run(folder, _RIGID_WATER)


def run_lammps_open(folder: Path, boundary: str) -> None:
    """A box that isn't periodic, or not along all edges; its faces follow the atoms."""
    text = (
        "fix move all nve\ndump open all custom 10 open.dump id element x y z\ndump_modify open element Ar Ne\nrun 40\n"
    )
    _run(folder, _system(boundary=boundary) + text)


def run_lammps_path_integral(folder: Path) -> None:
    """Two beads of `fix pimd/langevin`, one partition and one dump each."""
    # Imported here, as below, since that module needs LAMMPS, which may not be installed.
    from support.lammps_runs import run_partitions

    done = run_partitions(folder, "variable ibead uloop 2\n" + _system(temperature=100) + _PATH_INTEGRAL, "2x1")
    done.checked()


def _run(folder: Path, script: str) -> None:
    from support.lammps_runs import run_lammps

    run_lammps(folder, script).checked()


def _system(
    *,
    shape: str = "",
    units: str = "metal",
    boundary: str = "p p p",
    depth: float = 0.0104,
    timestep: float = LAMMPS_TIMESTEP,
    temperature: float = 300.0,
) -> str:
    return _SYSTEM.format(
        shape=shape, units=units, boundary=boundary, depth=depth, timestep=timestep, temperature=temperature
    )
