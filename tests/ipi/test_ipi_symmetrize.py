"""Sets and modes through a real i-PI server; the core's own results are the reference."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from support.ipi_runs import BOHR, HARTREE, Server, sent_structures, start_driver, unix_endpoint
from support.systems import systems

import tumble
from tumble import _core
from tumble.cli import main
from tumble.drive import drive

ModelFile = Callable[[str], Path]

pytestmark = pytest.mark.timeout(300)

ALL = "<trajectory filename='torque' extra_type='torque, bare_energy, bare_torque'> extras </trajectory>"


@pytest.mark.parametrize(
    ("symmetrize", "mode"),
    [("icosahedral+inversion", "average"), ("random:tetrahedral", "average"), ("octahedral", "correction")],
)
def test_results_and_extras(tmp_path: Path, bound: _core.Potential, crystal: Atoms, symmetrize: str, mode: str) -> None:
    endpoint = unix_endpoint()
    with Server(tmp_path, crystal, endpoint, steps=2, extras=ALL) as server:
        drive(bound, crystal, unix=endpoint.unix, symmetrize=symmetrize, mode=mode, seed=5)
        assert server.wait() == 0
        potential, virial, volume = server.properties[:, 1], server.properties[:, 3:9], server.properties[:, 9]
        forces, extras = server.frames("forces")[1], server.torques()
        received = sent_structures(server, crystal)
    symmetrizer = _core.Symmetrizer(symmetrize, mode, 5)
    for step, structure in enumerate(received):
        frames = symmetrizer.frames(_core.geometry_key(structure))
        result = bound.evaluate(_core.build_graph([structure], 4.0), [frames])
        np.testing.assert_allclose(potential[step] * HARTREE, result.energies[0], rtol=1e-11)
        np.testing.assert_allclose(forces[step] * HARTREE / BOHR, result.forces, rtol=1e-10, atol=1e-10)
        transposed = result.virials[0].T[[0, 1, 2, 0, 0, 1], [0, 1, 2, 1, 2, 2]]
        np.testing.assert_allclose(virial[step] * volume[step] * HARTREE, transposed, rtol=1e-9, atol=1e-10)
        numbers = np.r_[result.torques[0], result.bare_energies[0], result.bare_torques[0]]
        np.testing.assert_allclose(extras[step], numbers, rtol=1e-9, atol=1e-10)


def test_toy_of_known_degree_is_averaged_to_zero(tmp_path: Path, model_file: ModelFile) -> None:
    atoms = systems()["triclinic"]
    endpoint = unix_endpoint()
    baseline = 8 * (-3.0 + 2 * 1.5)
    with Server(tmp_path, atoms, endpoint, steps=1, extras=ALL) as server:
        drive(tumble.load(model_file("harmonic"), "cpu"), atoms, unix=endpoint.unix, symmetrize="tetrahedral")
        assert server.wait() == 0
        extras = server.torques()
        assert np.abs(server.properties[:, 1] * HARTREE - baseline).max() < 1e-12
        assert np.abs(server.frames("forces")[1] * HARTREE / BOHR).max() < 1e-12
        assert np.abs(server.properties[:, 3:9] * server.properties[:, 9:] * HARTREE).max() < 1e-12
    assert np.abs(extras[:, :3]).max() < 1e-12
    assert np.abs(extras[:, 4:]).max() > 1.0
    assert np.abs(extras[:, 3] - baseline).min() > 0.1


@pytest.mark.parametrize("symmetrize", ["none", "inversion"])
def test_a_model_that_breaks_parity(tmp_path: Path, model_file: ModelFile, symmetrize: str) -> None:
    """The average over inversion is the pair potential, the log has the rest, and τ is zero in both cases."""
    atoms, endpoint, path = systems()["triclinic"], unix_endpoint(), tmp_path / "symmetry.log"
    log = ["--symmetry-log", str(path), "--symmetry-set", "inversion", "--symmetry-every", "1"]
    with (
        Server(tmp_path, atoms, endpoint, steps=1, extras=ALL) as server,
        start_driver(tmp_path, model_file("handed"), endpoint, "--symmetrize", symmetrize, *log) as driver,
    ):
        assert server.wait() == 0, server.output
        assert driver.wait() == 0, driver.output
        found = server.properties[0, 1] * HARTREE
        assert np.abs(server.torques()[:, :3]).max() < 1e-10
        first = sent_structures(server, atoms)[0]
    graph = _core.build_graph([first], 4.0)
    whole, even = (tumble.load(model_file(name), "cpu").evaluate(graph).energies[0] for name in ("handed", "pair"))
    assert abs(whole - even) > 1e-2
    assert found == pytest.approx(whole if symmetrize == "none" else even, abs=1e-10)
    energy, averaged, spread = np.loadtxt(path)[0, 2:5]
    assert (energy, averaged, spread) == pytest.approx((whole, even, abs(whole - even)), abs=1e-9)
    line = "tumble drive: inversion changes the model's energy, which the frame torque doesn't show; `--symmetrize inv"
    assert driver.output.count(line) == (symmetrize == "none")


def test_beads_of_a_real_server_share_frames(tmp_path: Path, bound: _core.Potential, crystal: Atoms) -> None:
    """One by one, in any order: in each step all beads have the frame of the geometry of one of them."""
    endpoint = unix_endpoint()
    with Server(tmp_path, crystal, endpoint, beads=3, steps=4) as server:
        drive(bound, crystal, unix=endpoint.unix, symmetrize="random", seed=2, beads="shared")
        assert server.wait() == 0
        beads = [sent_structures(server, crystal, bead) for bead in range(3)]
        torques = np.array([server.torques(bead) for bead in range(3)])
    symmetrizer = _core.Symmetrizer("random", seed=2)
    for step in range(5):
        matches = 0
        for first in range(3):
            frames = symmetrizer.frames(_core.geometry_key(beads[first][step]))
            graph = _core.build_graph([bead[step] for bead in beads], 4.0)
            matches += np.allclose(bound.evaluate(graph, [frames]).torques, torques[:, step], rtol=1e-9)
        assert matches == (3 if step == 0 else 1)  # at the start they lie on top of each other


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--symmetrize", "icosaedral"], "got `icosaedral`; .*`icosahedral`"),
        (["--symmetrize", "degree:40"], "`symmetrize`: .*`degree:t`.* 1 to 12"),
        (["--symmetrize", "random"], "`seed`: .*`random`, got none"),
        (["--mode", "correction"], "`mode`: .*`correction`, got `symmetrize none`"),
        (["--beads", "shared"], "`beads`: .*random.*got `symmetrize none`"),
        (["--symmetry-set", "octahedral"], "`symmetry_set`: .*`symmetry_log`.*got none"),
        (["--symmetry-every", "100"], "`symmetry_every`: .*`symmetry_log`.*got none"),
        (["--symmetrize", "tetrahedral+octahedral"], "`symmetrize`: .*one set.*inversion"),
    ],
)
def test_wrong_options(
    tmp_path: Path, bound_model: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    Atoms("O").write(tmp_path / "start.xyz")
    command = ["drive", str(bound_model), "--unix", "nobody", "--structure", str(tmp_path / "start.xyz")]
    assert main([*command, *options]) == 2
    assert re.search(message, capsys.readouterr().err)


def test_wrong_arguments(bound: _core.Potential) -> None:
    atoms = Atoms("O")
    with pytest.raises(_core.ConfigurationError, match=r"`beads`: .*independent, shared; got `share`"):
        drive(bound, atoms, unix="nobody", beads="share")
    with pytest.raises(_core.ConfigurationError, match=r"`seed`: .* 0, got -1"):
        drive(bound, atoms, unix="nobody", symmetrize="random", seed=-1)
    with pytest.raises(_core.ConfigurationError, match=r"`seed`: .* 9223372036854775807, got 0\.5"):
        drive(bound, atoms, unix="nobody", symmetrize="random", seed=0.5)  # type: ignore[arg-type]
