"""The driver's log of the symmetry error."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from numpy.typing import NDArray
from support.ipi_peer import POSITIONS, Connect, Peer, batchdata, check, expected, header, moved, posdata, structure
from support.ipi_runs import BOHR, Server, ipi_release, unix_endpoint

import tumble
from tumble import _core
from tumble.cli import main
from tumble.drive import drive

pytestmark = pytest.mark.timeout(300)

NAMES = ["energy", "averaged_energy", "energy_std", "force_rms", "force_max", "torque", "averaged_torque"]


def error_of(potential: _core.Potential, one: _core.Structure, symmetrizer: _core.Symmetrizer) -> list[float]:
    """From the core, frame by frame, in NumPy."""
    frames = symmetrizer.frames(_core.geometry_key(one))
    graph = _core.build_graph([one], potential.metadata.cutoff)
    single = [potential.evaluate(graph, [_core.Frames([r], [1.0])]) for r in frames.rotations]
    lab = potential.evaluate(graph)
    energies, forces = np.array([s.energies[0] for s in single]), np.array([s.forces for s in single])
    mean = frames.weights @ energies
    difference = np.linalg.norm(np.tensordot(frames.weights, forces, 1) - lab.forces, axis=1)
    torque = np.linalg.norm(frames.weights @ np.array([s.torques[0] for s in single]))
    std = np.sqrt(frames.weights @ (energies - mean) ** 2)
    rms = np.sqrt(np.mean(difference**2))
    return [lab.energies[0], mean, std, rms, difference.max(), np.linalg.norm(lab.torques[0]), torque]


def read(path: Path) -> NDArray[np.float64]:
    """Rows of round, bead and the numbers of `NAMES`."""
    return np.loadtxt(path, ndmin=2)


def send(peer: Peer, bead: int, positions: NDArray[np.float64]) -> None:
    peer.start(bead=bead)  # the driver asks which bead comes next
    peer.send(posdata(positions) + header("GETFORCE"))


@pytest.mark.parametrize("symmetry_set", ["tetrahedral", "random:5"])
def test_numbers(connect: Connect, bound: _core.Potential, tmp_path: Path, symmetry_set: str) -> None:
    """Of every second round, which ends when a bead comes again, and the server gets what it gets without the log."""
    path = tmp_path / "symmetry.log"
    log = {"symmetry_log": str(path), "symmetry_set": symmetry_set, "symmetry_every": 2}
    peer, outcome = connect(symmetrize="octahedral", seed=4, **log)
    structures, used = moved(6), _core.Symmetrizer("octahedral")
    beads = [0, 5, 0, 0, 5, 5]
    for bead, positions in zip(beads, structures, strict=True):
        send(peer, bead, positions)
        check(peer.answer(), expected(bound, positions, symmetrizer=used))
    rows = read(path)  # it is written out at once
    np.testing.assert_array_equal(rows[:, :2], [[1, 0], [1, 5], [3, 0], [3, 5]])
    symmetrizer = _core.Symmetrizer(symmetry_set, seed=4)
    for row, place in zip(rows, [0, 1, 3, 4], strict=True):
        reference = error_of(bound, structure(structures[place]), symmetrizer)
        np.testing.assert_allclose(row[2:], reference, rtol=1e-10, atol=1e-12)
    peer.send(header("EXIT"))
    summary = outcome.wait().summary
    assert summary is not None
    assert summary.evaluations == 6
    line, title, columns = path.read_text().splitlines()[:3]
    assert json.loads(line.removeprefix("# tumble: ")) == {
        "format": "tumble-symmetry-log-1",
        "versions": {"tumble": tumble.__version__},
        "model": {"name": "bound"},
        "symmetrize": symmetry_set,
        "mode": "average",
        "seed": None if symmetry_set == "tetrahedral" else 4,
        "frames": 12 if symmetry_set == "tetrahedral" else 5,
        "degree": 2 if symmetry_set == "tetrahedral" else 0,
        "every": 2,
    }
    assert title == f"# symmetry error of bound over {symmetrizer}; every 2 rounds through the beads"
    assert [word.split("{")[0] for word in columns[2:].split()] == ["round", "bead", *NAMES]
    assert [word.split("{")[1][:-1] for word in columns[2:].split()[2:]] == ["eV"] * 3 + ["eV/ang"] * 2 + ["eV/rad"] * 2


def test_set_of_the_run_is_not_evaluated_twice(connect: Connect, bound: _core.Potential, tmp_path: Path) -> None:
    """In a batch, whose copies at the end have no line."""
    path = tmp_path / "symmetry.log"
    peer, _ = connect(symmetrize="octahedral", symmetry_log=str(path), symmetry_set="octahedral", symmetry_every=1)
    first, second = moved(2)
    for bead in (0, 4):
        peer.start("batch_size:4", bead)
        peer.send(batchdata([first, second, second, second]) + header("GETFORCE"))
        peer.answers(4)
    symmetrizer = _core.Symmetrizer("octahedral")
    references = [error_of(bound, structure(positions), symmetrizer) for positions in (first, second)]
    rows = read(path)
    np.testing.assert_array_equal(rows[:, :2], [[1, 0], [1, 1], [1, 4], [1, 5]])
    np.testing.assert_allclose(rows[:, 2:], references * 2, rtol=1e-10, atol=1e-12)


def test_beads_on_top_of_each_other(connect: Connect, bound: _core.Potential, tmp_path: Path) -> None:
    """Where all of a batch are equal one line stands for them, and later all beads are logged in the same rounds."""
    path = tmp_path / "symmetry.log"
    peer, outcome = connect(symmetry_log=str(path), symmetry_set="tetrahedral", symmetry_every=2)
    steps = [[POSITIONS] * 4, moved(4), moved(5)[1:], moved(6)[2:], [POSITIONS, POSITIONS + 0.1, POSITIONS, POSITIONS]]
    for batch in steps:
        peer.start("batch_size:4")
        peer.send(batchdata(batch) + header("GETFORCE"))
        peer.answers(4)
    rows = read(path)
    expected_beads = [(1, 0), *((3, bead) for bead in range(4)), *((5, bead) for bead in range(3))]
    np.testing.assert_array_equal(rows[:, :2], expected_beads)
    symmetrizer = _core.Symmetrizer("tetrahedral")
    logged = [steps[0][0], *steps[2], *steps[4][:3]]
    for row, positions in zip(rows, logged, strict=True):
        reference = error_of(bound, structure(positions), symmetrizer)
        np.testing.assert_allclose(row[2:], reference, rtol=1e-10, atol=1e-12)
    peer.send(header("EXIT"))
    summary = outcome.wait().summary
    assert summary is not None
    assert summary.evaluations == 1 + 3 * 4 + 3


def test_beads_of_a_real_server(
    tmp_path: Path, bound_model: Path, bound: _core.Potential, crystal: Atoms, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the command line; a second run goes on in the same file, below a heading of its own."""
    path = tmp_path / "symmetry.log"
    repeated = 0 if ipi_release() >= (3, 2) else 1  # i-PI 3.1 asks twice for the first structures
    for run in range(2):
        endpoint = unix_endpoint()
        with Server(tmp_path, crystal, endpoint, beads=2, steps=4) as server:
            command = ["drive", str(bound_model), "--structure", str(tmp_path / "start.xyz"), *endpoint.options]
            command += ["--symmetrize", "random+inversion", "--seed", "3", "--beads", "shared"]
            log = ["--symmetry-log", str(path), "--symmetry-set", "octahedral", "--symmetry-every", "3"]
            assert main([*command, *log]) == 0
            assert server.wait() == 0
            beads = [server.frames("positions", bead) for bead in range(2)]
        words = capsys.readouterr().err
        assert "symmetrize random+inversion, 2 rotations, seed 3; waiting for a server" in words
        assert f"{10 + 2 * repeated} evaluations; the server sent EXIT" in words
        rows = read(path)[4 * run :]
        assert sorted(map(tuple, rows[:, :2])) == [(1, 0), (1, 1), (4, 0), (4, 1)]
        for round_, bead, *numbers in rows:
            cells, positions = beads[int(bead)]
            step = max(0, int(round_) - 1 - repeated)
            species = [0 if symbol == "O" else 1 for symbol in crystal.symbols]
            one = _core.Structure(species, positions[step] * BOHR, cells[step] * BOHR, [True] * 3)
            reference = error_of(bound, one, _core.Symmetrizer("octahedral"))
            np.testing.assert_allclose(numbers, reference, rtol=1e-9, atol=1e-11)
    assert path.read_text().count("# round bead energy{eV}") == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"symmetry_log": "nowhere/a.log"}, r"`symmetry_log`: .*`nowhere/a\.log` .*No such file"),
        (
            {"symmetry_set": "none"},
            "`symmetry_set`: .*two rotations.*got `none`",
        ),
        (
            {"symmetry_set": "random", "seed": 4},
            "`symmetry_set`: .*two rotations.*got `random`",
        ),
        ({"symmetry_log": None, "symmetry_set": "tetrahedral"}, "`symmetry_set`: .*`symmetry_log`"),
        ({"symmetry_log": None, "symmetry_every": 100}, "`symmetry_every`: .*`symmetry_log`"),
        ({"symmetry_set": "cube"}, "`symmetry_set`: .*none, inversion, tetrahedral"),
        ({"symmetry_set": "random:tetrahedral"}, "`seed`: .*`random:tetra"),
        ({"symmetry_every": 0}, "`symmetry_every`: .* 1, got 0"),
    ],
)
def test_wrong_options(tmp_path: Path, bound: _core.Potential, options: dict[str, object], message: str) -> None:
    options = {"symmetry_log": tmp_path / "symmetry.log", **options}
    with pytest.raises(_core.ConfigurationError, match=message):
        drive(bound, Atoms("O"), unix="nobody", **options)


def test_full_disk(connect: Connect) -> None:
    peer, outcome = connect(symmetry_log="/dev/full", symmetry_set="tetrahedral")
    send(peer, 0, POSITIONS)
    assert peer.end() == b""
    peer.connection.close()
    message = "`symmetry_log`: can't write to `/dev/full` (No space left on device)"
    assert type(outcome.wait().error) is _core.TumbleError
    assert str(outcome.error) == message


def test_model_that_fails_in_a_turned_frame(connect: Connect, upright: _core.Potential, tmp_path: Path) -> None:
    """The message says that the log wanted it."""
    peer, outcome = connect(upright, symmetry_log=str(tmp_path / "symmetry.log"), symmetry_set="octahedral")
    send(peer, 0, POSITIONS)
    assert peer.end() == b""
    peer.connection.close()
    assert str(outcome.wait().error).startswith("evaluation 1, for the symmetry log: the model returned energy nan")
