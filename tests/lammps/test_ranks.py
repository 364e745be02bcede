"""pair_style tumble on several MPI ranks: the same edges and the same numbers as the core's graph of the whole system.

A rank must evaluate the edges of its own atoms and of those that they see in less than `depth` hops, no more and no
fewer: what each rank gives to a model that prints its edges is compared with that set, edge by edge.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from support.lammps_runs import THERMO, run_lammps, scattered_ids, system_script, write_data
from support.model_files import with_metadata
from support.numbers import SPECIES, assert_same, from_core, from_lammps, from_lammps_in_turn, printed_edges
from support.systems import scattered, systems

import tumble
from tumble.structures import to_graph

ModelFile = Callable[[str], Path]
CUTOFF = 4.0


def rank_systems() -> dict[str, Atoms]:
    """Those of all faces, a molecule in a box that leaves most ranks empty, and a box that is long enough for ranks not
    to need all atoms, for models of up to three layers on two ranks and four."""
    molecule = systems()["molecule"].copy()
    molecule.set_cell([60.0, 50.0, 70.0])
    molecule.pbc = True
    long = scattered("OHH" * 24, np.array([[40.0, 0, 0], [2.0, 5.5, 0], [-1.5, 1.0, 5.7]]), [True] * 3, seed=6)
    return {**systems(), "large_box": molecule, "long": long}


SYSTEMS = rank_systems()
#: Commands that hand atoms out to the ranks in other ways; tiled communication reaches no farther than one box.
LAYOUTS = {
    "balance_shift": "balance 1.01 shift xyz 10 1.01\n",
    "fix_balance": "fix b all balance 1 1.01 shift xyz 5 1.01\nrun 3\n",
    "tiled": "comm_style tiled\nbalance 1.01 rcb\n",
    "nsq": "neighbor 0.5 nsq\n",
}


@pytest.mark.parametrize(("ranks", "names"), [(4, tuple(SYSTEMS)), (2, ("liquid", "long")), (3, ("long",))])
def test_message_passing(tmp_path: Path, model_file: ModelFile, ranks: int, names: tuple[str, ...]) -> None:
    cases = {name: (model_file("pet"), SYSTEMS[name], "") for name in names}
    for name, ours in from_lammps_in_turn(cases, tmp_path, ranks).items():
        assert_same(ours, from_core(model_file("pet"), SYSTEMS[name]))


@pytest.mark.parametrize(("model", "ranks"), [("two_hop", 2), ("two_hop", 3), ("harmonic", 2), ("pair", 4)])
def test_models(tmp_path: Path, model_file: ModelFile, model: str, ranks: int) -> None:
    cases = {name: (model_file(model), SYSTEMS[name], "") for name in ("liquid", "triclinic")}
    for name, ours in from_lammps_in_turn(cases, tmp_path, ranks).items():
        assert_same(ours, from_core(model_file(model), SYSTEMS[name]))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(tmp_path: Path, model_file: ModelFile, layout: str) -> None:
    atoms = SYSTEMS["liquid"]
    ours = from_lammps(model_file("two_hop"), atoms, tmp_path, LAYOUTS[layout], ranks=4)
    assert_same(ours, from_core(model_file("two_hop"), atoms))


def needed_edges(atoms: Atoms, rank_of_atom: np.ndarray, rank: int, depth: int) -> list[tuple[int, ...]]:
    """Edges of all centers that the atoms of a rank see in less than `depth` hops, from the core's own graph."""
    graph = to_graph([atoms], SPECIES, CUTOFF)
    centers, neighbors = graph.edge_index
    seen = rank_of_atom == rank
    for _ in range(depth - 1):
        seen = seen.copy()
        seen[neighbors[seen[centers]]] = True
    rows = np.column_stack((graph.species[graph.edge_index].T, np.rint(graph.vectors * 1e6).astype(int)))
    return sorted(map(tuple, rows[seen[centers]].tolist()))


@pytest.mark.parametrize(
    ("name", "depth", "ranks"),
    [
        ("liquid", 1, 2),
        ("liquid", 2, 4),
        ("liquid", 3, 2),
        ("triclinic", 1, 4),
        ("triclinic", 2, 4),
        ("small", 2, 2),
        ("slab", 2, 4),
        ("wire", 3, 4),
        ("isolated", 2, 4),
        ("large_box", 2, 4),
        ("long", 1, 2),
        ("long", 2, 4),
        ("long", 3, 2),
    ],
)
def test_each_rank_evaluates_what_its_atoms_need(
    tmp_path: Path, model_file: ModelFile, name: str, depth: int, ranks: int
) -> None:
    atoms = SYSTEMS[name]
    model = model_file("prints_edges" if depth == 1 else f"prints_edges_{depth}")
    from_lammps(model, atoms, tmp_path, ranks=ranks, keywords="device cpu check no")
    rank_of_id = {int(row[0]): int(row[-1]) for row in np.atleast_2d(run_dump(tmp_path / "all.dump"))}
    rank_of_atom = np.array([rank_of_id[i] for i in scattered_ids(len(atoms))])
    output = (tmp_path / "lammps.out").read_text()
    printed = printed_edges(output, ranks)
    needed = [needed_edges(atoms, rank_of_atom, rank, depth) for rank in range(ranks)]
    assert sum(map(len, needed)) >= 6
    assert printed == needed
    if depth > 1:
        own = sum(len(needed_edges(atoms, rank_of_atom, rank, 1)) for rank in range(ranks))
        share = 100 * (1 - own / sum(map(len, needed)))
        assert f"{share:.1f} % of the model's work was for ghosts" in output


def run_dump(path: Path) -> np.ndarray:
    return np.loadtxt(path, skiprows=9)


def test_atoms_move_between_ranks_and_are_deleted(tmp_path: Path, model_file: ModelFile) -> None:
    """After many rebuilds and a deletion, the numbers are those of the core at the positions where the run ended."""
    model = model_file("two_hop")
    script = system_script(tmp_path, SYSTEMS["liquid"], model, SPECIES) + THERMO
    gone = " ".join(map(str, scattered_ids(96)[[3, 17, 40]]))
    script += (
        "velocity all create 600 1 loop geom\nvelocity all set 60 40 -50 sum yes\n"
        "fix 1 all nve\nfix b all balance 20 1.01 shift xyz 5 1.01\ntimestep 2e-4\nthermo 50\nrun 100\n"
        f"group gone id {gone}\ndelete_atoms group gone compress no\nreset_atoms id sort yes\nrun 60\n"
        "write_dump all custom end.dump id type x y z fx fy fz modify sort id format float %.17g\n"
    )
    run = run_lammps(tmp_path, script, ranks=4).checked()
    assert int(run.output.split("Neighbor list builds =")[2].split()[0]) > 2
    end = run.dump("end.dump")
    atoms = Atoms(
        [SPECIES[int(t) - 1] for t in end[:, 1]], positions=end[:, 2:5], cell=SYSTEMS["liquid"].cell, pbc=True
    )
    reference = from_core(model, atoms)
    assert run.thermo()["PotEng"][-1] == pytest.approx(reference.energy, rel=1e-10)
    np.testing.assert_allclose(end[:, 5:], reference.forces, atol=1e-9)


def test_a_halo_that_is_too_thin_shows(tmp_path: Path, model_file: ModelFile) -> None:
    """A model of three layers that claims two: one rank doesn't mind, several give other numbers.

    Without this the other tests might pass with any halo. The check at load, which refuses such a file, is left out.
    """
    thin = with_metadata(model_file("pet"), tmp_path / "thin.pt", depth=2)
    assert tumble.load(thin, "cpu", check=False).metadata.depth == 2
    atoms, unchecked = SYSTEMS["long"], "device cpu check no"
    reference = from_core(model_file("pet"), atoms)
    assert_same(from_lammps(thin, atoms, tmp_path, keywords=unchecked), reference)
    ours = from_lammps(thin, atoms, tmp_path, keywords=unchecked, ranks=2)
    assert abs(ours.energy - reference.energy) > 1e-6
    assert np.abs(ours.forces - reference.forces).max() > 1e-6


def test_halo_is_logged_and_given_back(tmp_path: Path, model_file: ModelFile) -> None:
    """The style widens LAMMPS' ghost cutoff for itself alone."""
    script = system_script(tmp_path, SYSTEMS["liquid"], model_file("two_hop"), SPECIES)
    script += "run 0\npair_style zero 3.0\npair_coeff * *\nrun 0\n"
    run = run_lammps(tmp_path, script, ranks=2).checked()
    assert "2 MPI ranks, messages pass through a halo of 9 A, 2 x (cutoff + skin)" in run.output
    before, after = [part.split("\n")[0] for part in run.output.split("ghost atom cutoff =")[1:]]
    assert float(before) == 9.0
    assert float(after) == 3.5


def test_the_widest_halo_counts_and_goes_with_its_last_user(tmp_path: Path, model_file: ModelFile) -> None:
    """Two instances of other depths in either order; then the user's own cutoff is back."""
    models = [model_file("two_hop"), model_file("pet")]
    script = system_script(tmp_path, SYSTEMS["liquid"], models[0], SPECIES)
    others = "pair_style zero 3.0\npair_coeff * *\nrun 0\n"
    for first, second, user in ((*models, ""), (*models[::-1], ""), (*models, "comm_modify cutoff 6.0\n")):
        script += user + "pair_style hybrid/overlay tumble device cpu tumble device cpu\n"
        script += f"pair_coeff * * tumble 1 {first} O H\npair_coeff * * tumble 2 {second} O H\nrun 0\n" + others
    output = run_lammps(tmp_path, script, ranks=2).checked().output
    cutoffs = [float(part.split("\n")[0]) for part in output.split("ghost atom cutoff =")[1:]]
    assert cutoffs == [13.5, 3.5, 13.5, 3.5, 13.5, 6.0]


def test_a_model_is_logged_once(tmp_path: Path, model_file: ModelFile) -> None:
    """However many runs there are, and again after another pair_coeff."""
    script = system_script(tmp_path, SYSTEMS["triclinic"], model_file("two_hop"), SPECIES) + "fix 1 all nve\n"
    script += "run 4 every 1 NULL\nrun 0\n"
    script += "".join(f"pair_coeff * * {model_file(name)} O H\nrun 0\nrun 1\n" for name in ("harmonic", "two_hop"))
    lines = run_lammps(tmp_path, script, ranks=2).checked().output.splitlines()
    starts = "pair_style tumble: model ", "pair_style tumble: device ", "pair_style tumble: 2 MPI ranks"
    models, devices, halos = ([line for line in lines if line.startswith(start)] for start in starts)
    assert [line.split()[3] for line in models] == ["two_hop", "harmonic", "two_hop"]
    assert len(devices) == 3
    assert len(halos) == 2


@pytest.mark.parametrize(("style", "ranks"), [("brick", 1), ("brick", 2), ("tiled", 2)])
def test_two_dimensions(tmp_path: Path, model_file: ModelFile, style: str, ranks: int) -> None:
    """LAMMPS has a periodic z then, but no ghosts along it: the core's structure isn't periodic there."""
    atoms = scattered("OHH" * 16, np.diag([24.0, 20.0, 0.0]), [True, True, False], seed=8)
    atoms.cell[2, 2] = 1.0
    model = model_file("two_hop")
    script = system_script(tmp_path, atoms, model, SPECIES)
    write_data(tmp_path / "system.data", atoms, SPECIES, scattered_ids(48), origin=(0.0, 0.0, -0.5))
    data = (tmp_path / "system.data").read_text()
    planar = data.replace(" -0.5\n", " 0.0\n")
    assert planar.count(" 0.0\n") == 48
    (tmp_path / "system.data").write_text(planar)
    script = script.replace("boundary p p f", f"dimension 2\nboundary p p p\ncomm_style {style}") + THERMO
    script += "run 0\nwrite_dump all custom end.dump id fx fy fz modify format float %.17g\n"
    run = run_lammps(tmp_path, script, ranks=ranks).checked()
    reference, table = from_core(model, atoms), run.thermo()
    assert table["PotEng"][0] == pytest.approx(reference.energy, rel=1e-10)
    forces = {int(row[0]): row[1:] for row in run.dump("end.dump")}
    np.testing.assert_allclose([forces[i] for i in scattered_ids(48)], reference.forces, atol=1e-10)
    # a pressure of two dimensions is one per area
    virial = [table[key][0] * 24.0 * 20.0 / 1602176.5 for key in ("Pxx", "Pyy", "Pxy")]
    np.testing.assert_allclose(virial, reference.virial[[0, 1, 1], [0, 1, 0]], rtol=1e-10, atol=1e-10)
