"""The potential for `<ffdirect>` in a real i-PI: the driver's numbers, wrong parameters, and failures on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from ase import Atoms
from support.ipi_runs import COLLAPSED, WATER, Server, needs_ipi, start_driver, unix_endpoint, write_start

import tumble.ipi_pes
from tumble.ipi_pes import IpiPotential

ModelFile = Callable[[str], Path]

pytestmark = pytest.mark.timeout(300)

ALL_EXTRAS = "<trajectory filename='all' extra_type='torque, bare_energy, bare_torque'> extras </trajectory>"


def ffdirect(parameters: str, *, threaded: bool = True, batch: int = 1) -> str:
    """Return the block of i-PI's input."""
    return (
        f"<ffdirect name='tumble' threaded='{threaded}'> <pes> custom </pes> "
        f"<pes_path> {tumble.ipi_pes.__file__} </pes_path> <batch_size> {batch} </batch_size> "
        f"<latency> 1e-4 </latency> <parameters> {{{parameters}}} </parameters> </ffdirect>"
    )


def run(folder: Path, atoms: Atoms, block: str, beads: int = 1, **options: str | int) -> Server:
    """Run i-PI to its end."""
    with Server(folder, atoms, unix_endpoint(), beads=beads, forcefields=block, **options) as server:
        server.wait()
    return server


in_batches = needs_ipi(3, 3, "batches in ffsocket")


@pytest.mark.parametrize(
    ("beads", "batch", "threaded"),
    [
        (1, 1, False),
        (4, 1, True),
        pytest.param(4, 4, False, marks=in_batches),
        pytest.param(3, 2, True, marks=in_batches),
    ],
)
def test_numbers_of_the_driver_to_the_last_bit(
    tmp_path: Path, bound_model: Path, crystal: Atoms, beads: int, batch: int, threaded: bool
) -> None:
    """A triclinic crystal with a frame torque; the outputs are equal, byte by byte."""
    endpoint, rotations = unix_endpoint(), ("random:2+inversion", "11")
    ours, theirs = tmp_path / "direct", tmp_path / "driver"
    ours.mkdir()
    theirs.mkdir()
    words = f"model: {bound_model}, template: start.xyz, symmetrize: {rotations[0]}, seed: {rotations[1]}, device: cpu"
    direct = run(ours, crystal, ffdirect(words, threaded=threaded, batch=batch), beads, steps=5, extras=ALL_EXTRAS)
    assert "I-PI reports success" in direct.output
    options = f"<batch_size> {batch} </batch_size>" if batch > 1 else ""
    with (
        Server(theirs, crystal, endpoint, beads=beads, steps=5, options=options, extras=ALL_EXTRAS) as server,
        start_driver(theirs, bound_model, endpoint, "--symmetrize", rotations[0], "--seed", rotations[1]) as driver,
    ):
        assert driver.wait() == 0, driver.output
        assert server.wait() == 0, server.output
    written = sorted(path.name for path in theirs.glob("out.*"))
    assert len(written) == 1 + 4 * beads
    for name in written:
        assert (ours / name).read_bytes() == (theirs / name).read_bytes(), name
    assert direct.properties.shape == (6, 10)


def test_driver_and_potential_say_the_same_of_a_model(tmp_path: Path, bound_model: Path) -> None:
    words = f"model: {bound_model}, template: start.xyz, periodic: xy, device: cpu"
    output = run(tmp_path, WATER, ffdirect(words)).output
    assert "tumble in i-PI: model bound on cpu, 1 thread, 3 atoms, periodic along xy, symmetrize none" in output
    assert 'tumble: {"format":"tumble-run-1","engine":"i-pi"' in output
    assert "tumble in i-PI: elements in the order of the structure file: O, 2 × H" in output


@pytest.mark.parametrize(
    ("batch", "threaded", "later"), [(1, False, False), (1, True, False), (1, False, True), (2, True, True)]
)
def test_nan_ends_ipi(tmp_path: Path, model_file: ModelFile, batch: int, threaded: bool, later: bool) -> None:
    """In i-PI's polling thread an exception would make it wait forever. The checkpoint is that of the last step."""
    write_start(tmp_path / "frames.xyz", [COLLAPSED, WATER])
    replay = {"motion": "replay", "dynamics": "<file mode='xyz'> frames.xyz </file>"}
    block = ffdirect(f"model: {model_file('nan')}, template: start.xyz, device: cpu", threaded=threaded, batch=batch)
    start = WATER if later else COLLAPSED
    server = run(tmp_path, start, block, beads=2, velocities="", extras="", **replay)
    number = "[2-9]" if later else "1"  # i-PI 3.1 evaluates the first step twice
    assert re.search(
        f"tumble in i-PI: error: evaluation {number}: the model returned energy nan for atom 0", server.output
    )
    assert "I-PI reports a problem. Restartable as is: NO" in server.output
    assert "Traceback" not in server.output
    assert (tmp_path / "RESTART").exists()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"simmetrize": "none"}, "`simmetrize`: .*did you mean `symmetrize`?"),
        ({"template": "none.xyz"}, "`template`: expected a file, got `none.xyz`"),
        ({"model": "nowhere"}, "`nowhere`"),
        ({"symmetrize": "cubic"}, "`symmetrize`: .*got `cubic`"),
        ({"symmetrize": "random"}, "`seed`"),
        ({"symmetrize": "random", "seed": 1.5}, "`seed`: .*got 1.5"),
        ({"periodic": "ab"}, "`periodic`: .*got ab"),
        ({"order": "reversed"}, "`order`: .*got reversed"),
    ],
)
def test_wrong_parameters(tmp_path: Path, bound_model: Path, parameters: dict[str, object], message: str) -> None:
    write_start(tmp_path / "start.xyz", [WATER])
    right = {"model": str(bound_model), "template": str(tmp_path / "start.xyz"), "device": "cpu", "verbosity": 3}
    with pytest.raises(SystemExit, match="^tumble in i-PI: error: .*" + message):
        IpiPotential(**right | parameters)


def test_wrong_parameter_ends_ipi_with_one_line(tmp_path: Path, bound_model: Path) -> None:
    server = run(tmp_path, WATER, ffdirect(f"model: {bound_model}, template: start.xyz, device: cpux"))
    assert server.process.returncode == 1
    assert "Traceback" not in server.output
    assert [line for line in server.output.splitlines() if line.startswith("tumble in i-PI: error: `device`")]


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (WATER[[1, 0, 2]], "expected the server's atoms in the order H, O, H, got a first geometry in another order"),
        (WATER[:2], "expected 2 atoms as in the template, got 3 from i-PI"),
    ],
    ids=["order", "number"],
)
def test_atoms_of_another_structure(tmp_path: Path, bound_model: Path, template: Atoms, message: str) -> None:
    write_start(tmp_path / "other.xyz", [template])
    server = run(tmp_path, WATER, ffdirect(f"model: {bound_model}, template: other.xyz, device: cpu"))
    assert message in server.output
    assert "I-PI reports a problem" in server.output
