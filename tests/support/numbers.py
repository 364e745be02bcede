"""Results of the faces in one form, so that they can be compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms

import tumble
from support.lammps_frames import core_result
from support.lammps_runs import THERMO, LammpsRun, run_lammps, scattered_ids, system_script
from tumble import _core
from tumble.structures import to_graph

SPECIES = ["O", "H"]
#: A run without steps, behind `THERMO`; format() takes the name of the dump.
SINGLE_POINT = (
    "compute pea all pe/atom\nrun 0\n"
    "write_dump all custom {}.dump id c_pea fx fy fz proc modify sort id format float %.17g\n"
)


@dataclass(frozen=True)
class Numbers:
    """Results of one face: eV, Å; `virial` may hold NaN where the face shows nothing."""

    energy: float
    forces: np.ndarray
    virial: np.ndarray
    torque: np.ndarray
    atom_energies: np.ndarray | None = None
    #: Energy and frame torque of the bare frame.
    bare: np.ndarray | None = None


def from_core(model: Path, atoms: Atoms, frames: _core.Frames | None = None) -> Numbers:
    result = core_result(model, atoms, frames)
    bare = np.array([result.bare_energies[0], *result.bare_torques[0]])
    return Numbers(result.energies[0], result.forces, result.virials[0], result.torques[0], result.atom_energies, bare)


def from_ase(model: Path, atoms: Atoms) -> Numbers:
    atoms = atoms.copy()
    atoms.calc = tumble.Calculator(model, device="cpu")
    energy = atoms.get_potential_energy()
    calculator = atoms.calc
    if atoms.pbc.all():
        symmetric = (calculator.virial + calculator.virial.T) / 2
        np.testing.assert_allclose(
            atoms.get_stress(voigt=False), -symmetric / atoms.get_volume(), rtol=1e-12, atol=1e-15
        )
    return Numbers(energy, atoms.get_forces(), calculator.virial, calculator.torque, calculator.results["energies"])


def from_lammps(
    model: Path, atoms: Atoms, folder: Path, commands: str = "", *, ranks: int = 1, keywords: str = "device cpu"
) -> Numbers:
    """From `run 0`; `commands` come before it, and the atoms that they leave must be all of `atoms`.

    What `lmp` printed is left in `lammps.out`, and the rank of each atom in the last column of `all.dump`.
    """
    script = (
        system_script(folder, atoms, model, SPECIES, keywords=keywords) + THERMO + commands + SINGLE_POINT.format("all")
    )
    run = run_lammps(folder, script, ranks=ranks, label=True).checked()
    (folder / "lammps.out").write_text(run.output)
    return _single_point(run, atoms, "all")


def from_lammps_in_turn(cases: dict[str, tuple[Path, Atoms, str]], folder: Path, ranks: int = 1) -> dict[str, Numbers]:
    """The same of several models, structures and keywords, one after the other in one process."""
    script = ""
    for name, (model, atoms, keywords) in cases.items():
        (folder / name).mkdir()
        text = system_script(folder / name, atoms, model, SPECIES, keywords=f"device cpu check no {keywords}")
        script += text.replace("system.data", f"{name}/system.data") + THERMO + SINGLE_POINT.format(name) + "clear\n"
    run = run_lammps(folder, script, ranks=ranks).checked()
    return {name: _single_point(run, atoms, name, n) for n, (name, (_, atoms, _)) in enumerate(cases.items())}


def _single_point(run: LammpsRun, atoms: Atoms, name: str, n: int = -1) -> Numbers:
    table = {key: values[0] for key, values in run.thermo(n).items()}
    rows = {int(row[0]): row[1:] for row in run.dump(f"{name}.dump")}
    dump = np.array([rows[i] for i in scattered_ids(len(atoms))])
    virial = np.full((3, 3), np.nan)
    to_energy = table["Volume"] / 1602176.5  # LAMMPS' own factor, Force::nktv2p in metal units, has 8 digits
    for (a, b), key in {
        (0, 0): "Pxx",
        (1, 1): "Pyy",
        (2, 2): "Pzz",
        (1, 0): "Pxy",
        (2, 0): "Pxz",
        (2, 1): "Pyz",
    }.items():
        virial[a, b] = table[key] * to_energy
    extra = np.array([table[f"c_tau[{k}]"] for k in range(1, 8)])
    return Numbers(table["PotEng"], dump[:, 1:4], virial, extra[:3], dump[:, 0], extra[3:])


def assert_same(ours: Numbers, reference: Numbers) -> None:
    def close(a: np.ndarray, b: np.ndarray) -> None:
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-10 * max(1.0, np.abs(b).max(initial=0.0)))

    close(np.array(ours.energy), np.array(reference.energy))
    close(ours.forces, reference.forces)
    shown = ~np.isnan(ours.virial)
    close(ours.virial[shown], reference.virial[shown])
    close(ours.torque, reference.torque)
    if ours.atom_energies is not None and reference.atom_energies is not None:
        close(ours.atom_energies, reference.atom_energies)
    if ours.bare is not None and reference.bare is not None:
        close(ours.bare, reference.bare)


def printed_edges(output: str, ranks: int = 1) -> list[list[tuple[int, ...]]]:
    """Sorted multiset of what the model `prints_edges` has printed in its last evaluation on each rank.

    The lines of several ranks begin with their numbers in brackets.
    """
    found: list[list[tuple[int, ...]]] = [[] for _ in range(ranks)]
    for line in output.splitlines():
        label, text = re.fullmatch(r"(?:\[(\d+)\] )?(.*)", line).groups()
        if text.startswith("edges of "):
            found[int(label or 0)] = []
        elif text.startswith("edge "):
            found[int(label or 0)].append(tuple(map(int, text.split()[1:])))
    return [sorted(edges) for edges in found]


def edges_of_core(atoms: Atoms) -> list[tuple[int, ...]]:
    """The same for one rank, from the core's own graph, which tests/core compares with ASE's."""
    graph = to_graph([atoms], SPECIES, 4.0)
    species = graph.species[graph.edge_index]
    return sorted(map(tuple, np.column_stack((species.T, np.rint(graph.vectors * 1e6).astype(int))).tolist()))
