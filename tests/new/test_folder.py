"""Folders, and real runs of what is in them: a few steps of each engine, system and ensemble."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ase import Atoms
from ase.io import write
from support.ipi_runs import BIN, Program
from support.lammps_runs import LammpsRun, run_lammps, run_partitions

from tumble.errors import ConfigurationError
from tumble.new import Request, Written, write_folder
from tumble.new.engines.registry import ENGINES
from tumble.new.systems.system import Choices
from tumble.registry import find_model
from tumble.simulation_file import read_simulation


def new(folder: Path, system: str, engine: str, **options: Any) -> Written:
    """A folder with a run of four steps, of which each is written."""
    options = {"steps": 4, "every": 1, "timing": False, **options}
    choices = Choices(**options.pop("choices", {}))
    return write_folder(Request(system, folder, engine=engine, choices=choices, **options))


def run_ipi(folder: Path) -> dict[str, np.ndarray]:
    """Run server and drivers as `simulation.yaml` says; columns of the properties."""
    simulation = read_simulation(folder)
    with Program(folder, [BIN / "i-pi", simulation.input], "server.log") as server:
        drivers = [
            Program(folder, [BIN / "python", "-m", "tumble", "drive", *driver.arguments()], f"driver{k}.log")
            for k, driver in enumerate(simulation.drivers)
        ]
        for driver in drivers:
            with driver:
                assert driver.wait() == 0, driver.output
        assert server.wait() == 0, server.output
    lines = (folder / "simulation.properties").read_text().splitlines()
    names = [line.split("-->")[1].split(":")[0].strip() for line in lines if line.startswith("#")]
    return {name.split("{")[0]: column for name, column in zip(names, np.loadtxt(lines).T, strict=True)}


def run_script(folder: Path) -> LammpsRun:
    simulation = read_simulation(folder)
    script = (folder / simulation.input).read_text().replace("line one", "line yaml")
    if simulation.partitions is not None:
        return run_partitions(folder, script, simulation.partitions).checked()
    return run_lammps(folder, script).checked()


def need(options: dict[str, Any]) -> None:
    """Skip an ice without GenIce2."""
    if options["system"].startswith("ice"):
        pytest.importorskip("genice2")


LAMMPS = {
    "energy": {"system": "monomer", "ensemble": "nve"},
    "random": {"system": "monomer", "symmetrize": "random"},
    "gas": {"system": "gas:3"},
    "cluster": {"system": "dimer", "relax": False},
    "mts": {"system": "monomer", "ensemble": "nve", "symmetrize": "octahedral", "mts": 4},
    "liquid": {"system": "liquid:32", "choices": {"equilibration": 0.05}},
    "pressure": {"system": "liquid:32", "ensemble": "npt", "choices": {"equilibration": 0.05}},
    "hexamer": {"system": "hexamer", "relax": False},
    "slab": {"system": "slab:32", "choices": {"equilibration": 0.05}},
    "random-pressure": {
        "system": "liquid:32",
        "pressure": 1.0,
        "symmetrize": "random",
        "choices": {"equilibration": 0.05},
    },
    "ice": {"system": "ice:Ih", "pressure": 1.0, "relax": False, "choices": {"molecules": 16}},
}
#: Cases whose parts the others cover.
LONG_LAMMPS = ("slab", "random-pressure")


@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=pytest.mark.extended) if case in LONG_LAMMPS else case for case in LAMMPS]
)
def test_lammps(tmp_path: Path, case: str) -> None:
    """The first energy is the one that the README predicts, and the conserved quantity is one."""
    need(LAMMPS[case])
    options = dict(LAMMPS[case])
    written = new(tmp_path / "run", options.pop("system"), "lammps", **options)
    table = run_script(tmp_path / "run").thermo()
    assert len(table["Step"]) == 5
    if written.reading.energy is not None:
        # the thermo output of LAMMPS has ten digits here
        assert table["PotEng"][0] == pytest.approx(written.reading.energy, abs=2e-3, rel=1e-7)
    column = "TotEng" if written.setup.ensemble.name == "nve" else "Econserve"
    if not written.setup.random:
        assert np.ptp(table[column]) < 0.1 * np.ptp(table["PotEng"]) + 1e-4


#: Names of potential energy and conserved quantity.
ENERGIES = {"lammps": ("PotEng", "Econserve"), "ipi": ("potential", "conserved")}
IPI = {
    "monomer": {"system": "monomer", "beads": 4},
    "classical": {"system": "monomer"},
    "random": {"system": "monomer", "beads": 2, "symmetrize": "random"},
    "ring-polymer": {"system": "monomer", "ensemble": "nve", "beads": 2},
    "spectrum": {"system": "monomer", "ensemble": "trpmd", "beads": 4},
    "economized": {"system": "monomer", "beads": 4, "springs": "eco"},
    "mts": {"system": "monomer", "beads": 2, "symmetrize": "octahedral", "mts": 4},
    "pressure": {"system": "liquid:32", "pressure": 1.0, "beads": 2, "choices": {"equilibration": 0.05}},
    "hexamer": {"system": "hexamer", "beads": 2, "relax": False},
    "gas": {"system": "gas:3", "beads": 2},
    "slab": {"system": "slab:32", "choices": {"equilibration": 0.05}},
    "ice": {"system": "ice:II", "pressure": 3000.0, "relax": False, "choices": {"molecules": 12}},
    "mts-pressure": {
        "system": "liquid:32",
        "pressure": 1.0,
        "symmetrize": "tetrahedral",
        "mts": 2,
        "choices": {"equilibration": 0.05},
    },
}


#: Cases whose templates the others cover.
LONG = ("random", "ring-polymer", "economized", "gas", "slab", "mts-pressure")


@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=pytest.mark.extended) if case in LONG else case for case in IPI]
)
def test_ipi(tmp_path: Path, case: str) -> None:
    need(IPI[case])
    options = dict(IPI[case])
    folder = tmp_path / "run"
    written = new(folder, options.pop("system"), "ipi", **options)
    table = run_ipi(folder)
    assert len(table["step"]) == 5
    if written.reading.energy is not None:
        assert table["potential"][0] == pytest.approx(written.reading.energy, rel=2e-7)  # i-PI's eV
    if not written.setup.random:
        assert np.ptp(table["conserved"]) < 0.1 * np.ptp(table["potential"]) + 1e-4
    if written.setup.beads > 1:
        parts = table["kinetic_cv(O)"] + table["kinetic_cv(H)"]
        np.testing.assert_allclose(parts, table["kinetic_cv"], rtol=1e-6)
    assert (folder / "simulation.checkpoint").is_file()
    # The README's size, without that of the properties, whose comments are most of so few rows.
    names = ("pos", "vel", "torque", "bare_torque")
    written_bytes = sum(path.stat().st_size for name in names for path in folder.glob(f"simulation.{name}[_.]*"))
    properties = 17 * len(table) * 4  # steps
    assert ENGINES["ipi"].output_bytes(written.setup) - properties == pytest.approx(written_bytes, rel=0.2)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ([[6.0, 1.0, 0.5], [-1.0, 7.0, 0.3], [0.4, 0.2, 6.5]], ("tri ${pressure}", "'flexible'")),
        ([[6.0, 0, 0], [0, 7.0, 0], [0, 0, 6.5]], ("aniso ${pressure}", "offdiagonal")),
    ],
    ids=["triclinic", "orthorhombic"],
)
def test_a_crystal_of_the_user(tmp_path: Path, cell: list[list[float]], words: tuple[str, str]) -> None:
    """At constant pressure, in both engines: turned by the command, it has the same energy in both, and the box moves
    as its symmetry allows."""
    generator = np.random.default_rng(3)
    positions = np.array([[0, 0, 0], [0.9, 0.3, 0], [-0.3, 0.9, 0]]) + generator.normal(scale=0.02, size=(3, 3))
    write(tmp_path / "in.extxyz", Atoms("OHH", positions, cell=cell, pbc=True))
    choices = {"structure": tmp_path / "in.extxyz"}
    energies = []
    for engine, ending, word in (("lammps", "in", words[0]), ("ipi", "xml", words[1])):
        written = new(tmp_path / engine, "file", engine, choices=choices, pressure=1.0)
        table = run_script(tmp_path / engine).thermo() if engine == "lammps" else run_ipi(tmp_path / engine)
        energy, conserved = (table[key] for key in ENERGIES[engine])
        assert energy[0] == pytest.approx(written.reading.energy, rel=2e-7)
        assert np.ptp(conserved) < 0.1 * np.ptp(energy)
        assert word in (tmp_path / engine / f"in.{ending}").read_text()
        energies.append(energy[0])
    assert energies[0] == pytest.approx(energies[1], rel=2e-7)


def test_a_slab_of_the_user(tmp_path: Path) -> None:
    """Atoms outside of the file's cell along its open axis: both engines run it, with one energy."""
    positions = np.array([[0, 0, -2.0], [0.9, 0.3, -2.0], [-0.3, 0.9, -2.1]])
    atoms = Atoms("OHH", positions, cell=[[6, 0, 0], [1, 6, 0], [1, 1, 9]], pbc=[True, True, False])
    write(tmp_path / "in.extxyz", atoms)
    energies = []
    for engine in ("lammps", "ipi"):
        new(tmp_path / engine, "file", engine, choices={"structure": tmp_path / "in.extxyz"})
        table = run_script(tmp_path / engine).thermo() if engine == "lammps" else run_ipi(tmp_path / engine)
        energies.append(table[ENERGIES[engine][0]][0])
    assert energies[0] == pytest.approx(energies[1], rel=2e-7)


def test_beads_of_lammps(tmp_path: Path) -> None:
    """Two partitions start from one structure, whose energy both log, with velocities of a ring polymer."""
    written = new(tmp_path / "run", "monomer", "lammps", beads=2)
    run = run_script(tmp_path / "run")
    tables = [run.thermo(log=f"log.lammps.{bead}") for bead in range(2)]
    for table in tables:
        assert table["PotEng"][0] == pytest.approx(written.reading.energy, abs=1e-5)
        assert table["Temp"][0] == pytest.approx(2 * 300.0)
    assert tables[0]["PotEng"][-1] != tables[1]["PotEng"][-1]
    np.testing.assert_array_equal(tables[0]["f_beads[7]"], tables[1]["f_beads[7]"])  # of the ring polymer
    assert len(list((tmp_path / "run").glob("water1.*.dump"))) == 2


def test_ring_polymers_of_lammps_conserve_energy(tmp_path: Path) -> None:
    """Without a thermostat, the energy of all beads with their springs is conserved."""
    new(tmp_path / "run", "hexamer", "lammps", ensemble="nve", beads=2, relax=False, steps=20)
    table = run_script(tmp_path / "run").thermo(log="log.lammps.0")
    assert np.ptp(table["f_beads[4]"]) < 0.1 * np.ptp(table["PotEng"]) + 1e-4


def test_beads_of_lammps_at_constant_pressure(tmp_path: Path) -> None:
    """All beads have one box, whose volume moves."""
    choices = {"equilibration": 0.05}
    new(tmp_path / "run", "liquid:32", "lammps", pressure=1.0, beads=2, choices=choices)
    run = run_script(tmp_path / "run")
    volumes = [run.thermo(log=f"log.lammps.{bead}")["Volume"] for bead in range(2)]
    np.testing.assert_array_equal(volumes[0], volumes[1])
    assert np.ptp(volumes[0]) > 0.0


def test_spectra_start_from_equilibrium(tmp_path: Path) -> None:
    """The first row of T-RPMD is the last one of the run before: i-PI reads positions, velocities and cell of all
    beads. The second folder takes model, beads and temperature from the first."""
    model = tmp_path / "link.pt"
    model.symlink_to(find_model("water"))
    new(tmp_path / "nvt", "gas:2", "ipi", beads=4, temperature=200.0, model=str(model))
    before = run_ipi(tmp_path / "nvt")
    options = {"ensemble": "trpmd", "model": None, "choices": {"start": tmp_path / "nvt"}}
    written = new(tmp_path / "trpmd", "start", None, **options)
    setup = written.setup
    assert (setup.beads, setup.temperature, setup.model, setup.periodic) == (4, 200.0, str(model), "xyz")
    assert setup.system.isolated is False
    table = run_ipi(tmp_path / "trpmd")
    for name in ("potential", "temperature", "kinetic_cv"):
        # i-PI writes its properties with nine digits
        assert table[name][0] == pytest.approx(before[name][-1], rel=1e-7)
    assert np.ptp(table["conserved"]) < 0.1 * np.ptp(table["potential"]) + 1e-4
    with pytest.raises(ConfigurationError, match=r"`beads`: .*4 .*got 8"):
        new(tmp_path / "other", "start", "ipi", beads=8, **options)
    with pytest.raises(ConfigurationError, match=r"`engine`: .*ipi"):
        new(tmp_path / "other", "start", "lammps", **{**options, "ensemble": "nve"})


def test_colored_noise_of_the_user(tmp_path: Path) -> None:
    """White noise as matrices, for the format alone: the conserved quantity of i-PI holds."""
    drift = " , ".join(["0.0005, 0.0, 0.0, 0.001"] * 2)
    covariance = " , ".join(["600.0, 0.0, 0.0, 600.0"] * 2)
    (tmp_path / "gle.xml").write_text(
        f"<thermostat mode='nm_gle'><A shape='(2,2,2)'>[{drift}]</A>"
        f"<C shape='(2,2,2)' units='kelvin'>[{covariance}]</C></thermostat>"
    )
    new(tmp_path / "run", "monomer", "ipi", ensemble="piglet", beads=2, gle=tmp_path / "gle.xml")
    table = run_ipi(tmp_path / "run")
    assert np.ptp(table["conserved"]) < 0.1 * np.ptp(table["potential"])


def test_folders_with_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match=f"`folder`: .*`{tmp_path}`"):
        new(tmp_path, "monomer", "lammps")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(ConfigurationError, match=r"`folder`: .*mine\.txt"):
        new(tmp_path / "mine.txt", "monomer", "lammps")


def test_names_with_blanks_are_quoted(tmp_path: Path) -> None:
    """The model of a user: LAMMPS has no way to read such a path, and the drivers' command line quotes it."""
    model = tmp_path / "my model.pt"
    model.symlink_to(find_model("water"))
    new(tmp_path / "a", "monomer", "ipi", model=str(model))
    assert f"tumble drive '{model}' --structure" in (tmp_path / "a" / "README.md").read_text()
    with pytest.raises(ConfigurationError, match=r"`model`: .*my model"):
        new(tmp_path / "b", "monomer", "lammps", model=str(model))


def test_nothing_is_written_if_something_is_wrong(tmp_path: Path) -> None:
    for options in ({"ensemble": "npt"}, {"model": "no-such-model"}, {"mts": 3}, {"engine": "gromacs"}):
        with pytest.raises(Exception, match="`"):
            write_folder(Request("monomer", tmp_path / "run", **options))
    assert not (tmp_path / "run").exists()


def test_an_interruption_leaves_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("tumble.new.folder.write_simulation", interrupted)
        with pytest.raises(KeyboardInterrupt):
            new(tmp_path / "run", "monomer", "ipi")
    assert not list((tmp_path / "run").iterdir())
    new(tmp_path / "run", "monomer", "ipi")


def test_command_line(tmp_path: Path) -> None:
    """The folder of the command holds the files that it lists, and a wrong setting has status 2."""
    tumble = [BIN / "python", "-m", "tumble", "new"]
    done = subprocess.run(
        [*tumble, "monomer", tmp_path / "a", "--steps", "2000", "--seed", "7"],
        capture_output=True,
        text=True,
        check=True,
    )
    listed = done.stdout.split(": ")[1].splitlines()[0].split(", ")
    assert sorted(listed) == sorted(path.name for path in (tmp_path / "a").iterdir())
    text = (tmp_path / "a" / "README.md").read_text()
    assert "2000 steps of 0.5 fs are 1 ps. When the folder was made, the model took" in text
    wrong = subprocess.run(
        [*tumble, "monomer", tmp_path / "b", "--mts", "0"], capture_output=True, text=True, check=False
    )
    assert wrong.returncode == 2
    assert "`mts`: " in wrong.stderr
