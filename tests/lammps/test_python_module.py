"""LAMMPS as a library inside Python: `from lammps import lammps`.

Each test is one process of its own, as LAMMPS keeps state that lasts as long as a process, MPI above all.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.lammps_frames import core_result
from support.lammps_runs import BIN, python_environment, system_script, write_data
from support.systems import systems

SYSTEMS = systems()
SPECIES = ["O", "H"]
ModelFile = Callable[[str], Path]

START = """
import ctypes, json, sys
import numpy as np
from lammps import lammps

def start(script):
    engine = lammps(cmdargs=["-screen", "none", "-log", "none"])
    engine.file(script)
    return engine

results = {}
"""
END = """
with open("results.json", "w") as stream:
    json.dump(results, stream)
"""


def python(folder: Path, code: str, ranks: int = 1) -> dict[str, list[float]]:
    """Runs Python code between `START` and `END` in a folder; LAMMPS finds the MPI as docs/pair_tumble.md says."""
    (folder / "code.py").write_text(
        START + code + (END if ranks == 1 else f"if rank == 0:\n{END}".replace("\n", "\n    "))
    )
    command = [sys.executable, "code.py"]
    if ranks > 1:
        command = [str(BIN / "mpirun"), "-np", str(ranks), *command]
    done = subprocess.run(
        command,
        cwd=folder,
        env=python_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout
    results: dict[str, list[float]] = json.loads((folder / "results.json").read_text())
    return results


def write_input(folder: Path, name: str, model: Path, file: str = "in.lammps", keywords: str = "device cpu") -> None:
    """A system with IDs 1, 2, ... in the order of its atoms, as gather and scatter need them."""
    data = f"{name}.data"
    script = system_script(folder, SYSTEMS[name], model, SPECIES, keywords=keywords).replace("system.data", data)
    write_data(folder / data, SYSTEMS[name], SPECIES, np.arange(1, len(SYSTEMS[name]) + 1))
    (folder / file).write_text(script.replace("atom_style atomic", "atom_style atomic\natom_modify map array"))


def test_gather_and_scatter(tmp_path: Path, model_file: ModelFile) -> None:
    """Energies, forces, virial and torque of structures that come from Python."""
    model = model_file("two_hop")
    write_input(tmp_path, "triclinic", model)
    random = np.random.default_rng(4)
    frames = [SYSTEMS["triclinic"].copy() for _ in range(3)]
    for frame in frames[1:]:
        frame.positions += 0.1 * random.standard_normal((len(frame), 3))
    np.save(tmp_path / "frames.npy", [frame.positions for frame in frames])
    results = python(
        tmp_path,
        """
engine = start("in.lammps")
engine.commands_list(["compute t all pair tumble", "compute e all pe/atom", "compute p all pressure NULL virial",
                      "fix e all ave/atom 1 1 1 c_e", "thermo_style custom step pe vol c_t c_p"])
results.update(energy=[], forces=[], torque=[], virial=[], atoms=[])
for positions in np.load("frames.npy"):
    flat = np.ascontiguousarray(positions).ravel()
    engine.scatter_atoms("x", 1, 3, (ctypes.c_double * flat.size)(*flat))
    engine.command("run 0")
    results["energy"].append(engine.get_thermo("pe"))
    results["forces"].append(np.array(engine.gather_atoms("f", 1, 3)).tolist())
    results["torque"].append(engine.numpy.extract_compute("t", 0, 1)[:3].tolist())
    pressure = engine.numpy.extract_compute("p", 0, 1)
    results["virial"].append((pressure * engine.get_thermo("vol") / 1602176.5).tolist())
    ids = engine.numpy.extract_atom("id")[:len(positions)]  # ghosts come behind
    results["atoms"].append(engine.numpy.extract_compute("e", 1, 1)[np.argsort(ids)].tolist())
engine.close()
""",
    )
    for n, frame in enumerate(frames):
        reference = core_result(model, frame)
        assert results["energy"][n] == pytest.approx(reference.energies[0], rel=1e-11)
        np.testing.assert_allclose(np.reshape(results["forces"][n], (-1, 3)), reference.forces, rtol=0, atol=1e-10)
        np.testing.assert_allclose(results["torque"][n], reference.torques[0], rtol=0, atol=1e-10)
        six = reference.virials[0][[0, 1, 2, 1, 2, 2], [0, 1, 2, 0, 0, 1]]
        np.testing.assert_allclose(results["virial"][n], six, rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(results["atoms"][n], reference.atom_energies, rtol=0, atol=1e-10)


def test_several_instances(tmp_path: Path, model_file: ModelFile) -> None:
    """Two alive with different models; one is closed or cleared while the other goes on, and a third one comes."""
    models = {"a": model_file("two_hop"), "b": model_file("harmonic")}
    write_input(tmp_path, "triclinic", models["a"], "in.a")
    write_input(tmp_path, "liquid", models["b"], "in.b")
    results = python(
        tmp_path,
        """
def energy(engine):
    engine.command("run 0 post no")
    return engine.get_thermo("pe")

a, b = start("in.a"), start("in.b")
results["a"], results["b"] = [energy(a)], [energy(b)]
results["a"].append(energy(a))
a.close()
results["b"].append(energy(b))
c = start("in.a")
results["a"].append(energy(c))
results["b"].append(energy(b))
b.command("clear")
results["a"].append(energy(c))
b.file("in.b")
results["b"].append(energy(b))
c.command("pair_style none")
results["b"].append(energy(b))
b.close()
c.command("clear")
c.file("in.b")
results["b"].append(energy(c))
c.close()
for _ in range(3):
    d = start("in.a")
    results["a"].append(energy(d))
    d.close()
""",
    )
    for key, name in (("a", "triclinic"), ("b", "liquid")):
        reference = core_result(models[key], SYSTEMS[name]).energies[0]
        np.testing.assert_allclose(results[key], reference, rtol=1e-11)
        assert len(results[key]) >= 6


def test_errors_are_exceptions_after_which_the_instance_still_works(tmp_path: Path, model_file: ModelFile) -> None:
    model = model_file("pair")
    write_input(tmp_path, "molecule", model)
    write_input(tmp_path, "molecule", model_file("nan"), "in.nan")
    results = python(
        tmp_path,
        f"""
def failure(engine, *commands):
    try:
        for command in commands:
            engine.command(command)
    except Exception as error:
        return str(error)
    return "none"

engine = start("in.lammps")
results["text"] = [
    failure(engine, "pair_coeff * * /nowhere.pt O H"),
    failure(engine, "pair_coeff * * {model} O X"),
    failure(engine, "pair_style tumble devise cpu"),
    failure(engine, "pair_style tumble device cpu", "run 0"),
]
engine.command("pair_style tumble device cpu")
engine.command("pair_coeff * * {model} O H")
engine.command("run 0")
results["energy"] = [engine.get_thermo("pe")]
moving = start("in.nan")
results["text"].append(failure(moving, "fix 1 all nve", "timestep 1e-3", "run 1000"))
results["step"] = [moving.extract_global("ntimestep")]
moving.close()
engine.command("run 0")
results["energy"].append(engine.get_thermo("pe"))
results["after_good"] = [failure(engine, "pair_coeff * * {model} O X"), failure(engine, "run 0")]
engine.command("pair_coeff * * {model} O H")
engine.command("run 0")
results["energy"].append(engine.get_thermo("pe"))
engine.close()
""",
    )
    for text, part in zip(results["after_good"], ["got `X`", "All pair coeffs are not set"], strict=True):
        assert part in str(text)
    expected = [
        "/nowhere.pt",
        "`species`: expected one of O, H; got `X`",
        "devise",
        "All pair coeffs are not set",
        "energy nan",
    ]
    for text, part in zip(results["text"], expected, strict=True):
        assert part in str(text)
    assert f"at step {results['step'][0]}" in str(results["text"][-1])
    reference = core_result(model, SYSTEMS["molecule"]).energies[0]
    np.testing.assert_allclose(results["energy"], reference, rtol=1e-12)


def test_external_calls_from_python_during_a_run(tmp_path: Path, model_file: ModelFile) -> None:
    """`fix external`: a Python function is called in each step, and evaluates the same model with tumble itself; it
    takes the forces away that the pair style has added."""
    model = model_file("two_hop")
    write_input(tmp_path, "triclinic", model)
    results = python(
        tmp_path,
        f"""
import tumble
from tumble import _core
potential = tumble.load({str(model)!r}, "cpu")
calls = []

def opposite(engine, step, nlocal, tags, x, f):
    cell = np.array([[7.2, 0.0, 0.0], [1.9, 6.8, 0.0], [-1.4, 2.1, 7.9]])
    species = engine.numpy.extract_atom("type")[:nlocal] - 1
    result = potential.evaluate(_core.build_graph([_core.Structure(species, x, cell, [True] * 3)], 4.0))
    f[:] = -result.forces
    calls.append(step)

engine = start("in.lammps")
engine.command("fix py all external pf/callback 1 1")
engine.set_fix_external_callback("py", opposite, engine)
engine.command("fix 1 all nve")
engine.command("run 5")
results["calls"] = calls
results["largest"] = [float(np.abs(engine.numpy.extract_atom("f")[:24]).max())]
engine.close()
""",
    )
    assert results["calls"] == list(range(6))
    assert results["largest"][0] < 1e-10


def test_several_ranks(tmp_path: Path, model_file: ModelFile) -> None:
    """`mpirun python`: the module without mpi4py uses all ranks."""
    model = model_file("two_hop")
    write_input(tmp_path, "liquid", model)
    results = python(
        tmp_path,
        """
engine = start("in.lammps")
rank = engine.extract_setting("world_rank")
engine.command("run 0")
results["ranks"] = [engine.extract_setting("world_size")]
results["energy"] = [engine.get_thermo("pe")]
results["forces"] = list(engine.gather_atoms("f", 1, 3))
engine.close()
""",
        ranks=2,
    )
    reference = core_result(model, SYSTEMS["liquid"])
    assert results["ranks"] == [2]
    assert results["energy"][0] == pytest.approx(reference.energies[0], rel=1e-11)
    np.testing.assert_allclose(np.reshape(results["forces"], (-1, 3)), reference.forces, rtol=0, atol=1e-10)


def test_one_rank_alone_and_then_all(tmp_path: Path, model_file: ModelFile) -> None:
    """The first style of the process is created by rank 0 for itself, and the others mustn't be waited for there, nor
    later for rank 0. Without mpi4py, a communicator is chosen by MPICH's own number for it."""
    model = model_file("two_hop")
    write_input(tmp_path, "liquid", model)
    write_input(tmp_path, "triclinic", model, "in.alone")
    results = python(
        tmp_path,
        """
together = lammps(cmdargs=["-screen", "none", "-log", "none"])
rank = together.extract_setting("world_rank")
library, MPI_COMM_SELF = together.lib, 0x44000001
if rank == 0:
    library.lammps_open.restype = ctypes.c_void_p
    words = (ctypes.c_char_p * 6)(b"lammps", b"-screen", b"none", b"-log", b"none", None)
    alone = ctypes.c_void_p(library.lammps_open(5, words, ctypes.c_int(MPI_COMM_SELF), None))
    library.lammps_file(alone, b"in.alone")
    library.lammps_command(alone, b"run 0")
    results["alone"] = [library.lammps_extract_setting(alone, b"world_size"), library.lammps_get_thermo(alone, b"pe")]
together.file("in.lammps")
together.command("run 0")
results["together"] = [together.extract_setting("world_size"), together.get_thermo("pe")]
if rank == 0:
    library.lammps_close(alone)
together.close()
""",
        ranks=2,
    )
    for key, ranks, name in (("alone", 1, "triclinic"), ("together", 2, "liquid")):
        energy = core_result(model, SYSTEMS[name]).energies[0]
        assert results[key] == [ranks, pytest.approx(energy, rel=1e-11)]
