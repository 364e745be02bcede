"""Evaluation and loading of models through the compiled core."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from ase import Atoms
from support.model_files import Change, edited, rewritten
from support.systems import systems

import tumble
from tumble import _core
from tumble.structures import to_graph

SYSTEMS = systems()
ModelFile = Callable[[str], Path]


def test_a_batch_equals_its_structures_one_by_one(model_file: ModelFile) -> None:
    """Also when the budget makes every structure a chunk of its own."""
    frames = [*SYSTEMS.values(), Atoms("H", cell=[9, 9, 9]), *reversed(SYSTEMS.values())]
    whole, chunked = (tumble.load(model_file("two_hop"), "cpu", memory=memory) for memory in (1e4, 1e-3))
    graph = to_graph(frames, whole.metadata.species, whole.metadata.cutoff)
    batch, parts = whole.evaluate(graph), chunked.evaluate(graph)
    singles = [whole.evaluate(to_graph([atoms], whole.metadata.species, whole.metadata.cutoff)) for atoms in frames]
    for name in ("energies", "atom_energies", "forces", "virials", "torques", "edge_gradients"):
        one_by_one = np.concatenate([getattr(single, name) for single in singles])
        np.testing.assert_allclose(getattr(batch, name), one_by_one, rtol=0, atol=1e-12, err_msg=name)
        np.testing.assert_array_equal(getattr(parts, name), one_by_one, err_msg=name)


def test_analytic_forces_of_a_pair_potential(model_file: ModelFile) -> None:
    """Morse times (1 - r²/c²)⁴ and its derivative, written out in NumPy."""
    potential = tumble.load(model_file("pair"), "cpu")
    cutoff, depth, width, length = 4.0, 4.8, 2.2, 0.97
    for r in (0.8, 0.97, 2.0, 3.9, 4.1):
        atoms = Atoms("OH", [[0, 0, 0], [0, r, 0]])
        result = potential.evaluate(to_graph([atoms], potential.metadata.species, cutoff))
        x = np.exp(-width * (r - length))
        well, slope = depth * ((1 - x) ** 2 - 1), 2 * depth * width * x * (1 - x)
        inside = max(1 - (r / cutoff) ** 2, 0.0)
        energy = well * inside**4
        derivative = slope * inside**4 - well * 8 * r / cutoff**2 * inside**3
        assert result.energies[0] == pytest.approx(energy - 3.0 + 1.5, abs=1e-12)
        np.testing.assert_allclose(result.forces, [[0, derivative, 0], [0, -derivative, 0]], atol=1e-12)


def test_harmonic_toy_lives_in_one_degree(model_file: ModelFile) -> None:
    """A rotation about z by π multiplies Y_lm of order m by (-1)^m."""
    potential = tumble.load(model_file("harmonic"), "cpu")  # in e3nn's axes, y is the polar one
    atoms = SYSTEMS["molecule"]
    turned = atoms.copy()
    turned.positions *= [-1, 1, -1]
    energies = [
        potential.evaluate(to_graph([a], potential.metadata.species, 4.0)).energies[0] - (-3.0 + 2 * 1.5)
        for a in (atoms, turned)
    ]
    assert abs(energies[0]) > 1e-3
    assert energies[1] == pytest.approx(-energies[0], rel=1e-12)


def test_missing_reverse_edges_send_no_message(model_file: ModelFile) -> None:
    """A graph of one center and its rim: what the center loses is exactly what its neighbors would have sent."""
    potential = tumble.load(model_file("two_hop"), "cpu")
    graph = to_graph([SYSTEMS["molecule"]], potential.metadata.species, 4.0)
    mine = graph.edge_index[0] == 0
    cut = _core.Graph(
        graph.vectors[mine],
        graph.edge_index[:, mine],
        np.full(mine.sum(), -1),
        graph.species,
        graph.first_atom,
    )
    result = potential.evaluate(cut)
    # tanh(0) = 0 for every message that isn't there
    np.testing.assert_allclose(result.atom_energies, np.array([-3.0, 1.5, 1.5]), atol=1e-14)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"species": [0, 1, 2]}, r"`species`: .* 0.* 1, got 2"),
        ({"first_atom": [0, 2]}, r"`first_atom`.* 0 .* 3"),
        ({"reverse": [0]}, "`edge_index` and `reverse` for 6"),
        ({"edge_index": [[2, 0, 0, 1, 1, 2], [0, 1, 2, 0, 2, 1]]}, "sorted by center"),
        ({"edge_index": [[0, 0, 1, 1, 2, 2], [1, 2, 0, 2, 0, 7]]}, "edges between the 3 atoms"),
        ({"reverse": [2, 4, 0, 5, 1, 2]}, "reverse edges; edge 5"),
        ({"first_atom": [0, 1, 3]}, r"within structures, got .*atom 0 to atom 1"),
    ],
)
def test_graphs_that_break_the_contract(model_file: ModelFile, change: dict[str, list[int]], text: str) -> None:
    potential = tumble.load(model_file("pair"), "cpu")
    good = to_graph([SYSTEMS["molecule"]], potential.metadata.species, 4.0)
    names = ("vectors", "edge_index", "reverse", "species", "first_atom")
    arrays = {name: np.array(change.get(name, getattr(good, name))) for name in names}
    with pytest.raises(_core.StructureError, match=text):
        potential.evaluate(_core.Graph(**arrays))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("nan", "energy nan for atom 0"),
        ("raises", r"the model failed: .*atoms have come too close"),
        ("inf", "energy inf for atom 0"),
        ("nan_forces", r"force \(-?nan, -?nan, -?nan\) eV/Å on atom 0"),
        ("allocates", "out of memory on cpu for 2 edges"),
    ],
)
def test_models_that_fail(model_file: ModelFile, name: str, text: str) -> None:
    potential = tumble.load(model_file(name), "cpu")
    close = Atoms("OH", [[0, 0, 0], [0, 0.5, 0]])
    with pytest.raises(_core.EvaluationError, match=text):
        potential.evaluate(to_graph([close], potential.metadata.species, 4.0))


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        (
            {"device": "gpu"},
            _core.ConfigurationError,
            "`device`: .*auto, cpu, cuda or cuda:N, got `gpu`; .*`cuda`",
        ),
        (
            {"device": "cuda:x"},
            _core.ConfigurationError,
            "`device`: .*got `cuda:x`; .*`cuda`",
        ),
        ({"device": "cuda:99"}, _core.DeviceError, "`device` cuda:99: "),
        ({"memory": 0.0}, _core.ConfigurationError, r"`memory`: .* 0, got 0"),
    ],
)
def test_options(model_file: ModelFile, options: dict[str, object], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        tumble.load(model_file("pair"), **options)


@pytest.mark.parametrize(
    ("ending", "change", "error", "text"),
    [
        (
            ".py",
            lambda code: code.replace(b"def forward", b"def forward("),
            _core.ModelFileError,
            "can't be loaded by this torch",
        ),
        (".py", lambda code: None, _core.ModelFileError, "can't be loaded"),
        (
            "tumble.json",
            edited(cutoff=3.0),
            _core.ReferenceMismatch,
            r"reference structure `.*`: .*energy .*altered",
        ),
        (
            "tumble.json",
            lambda text: text.replace(b'"float64"', b'"\xc3\x85\xff"'),
            _core.MetadataError,
            r"metadata: .*JSON.*parse error",
        ),
        ("tumble.json", edited(cutoff=80 * "Å"), _core.MetadataError, r"`cutoff`: .*finite"),
    ],
)
def test_altered_files(
    tmp_path: Path, model_file: ModelFile, ending: str, change: Change, error: type[Exception], text: str
) -> None:
    broken = rewritten(model_file("pair"), tmp_path / "altered.pt", ending, change)
    with pytest.raises(error, match=text):
        tumble.load(broken, "cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="with GPUs: tests/gpu")
def test_ranks_without_gpus_keep_the_device() -> None:
    assert [_core.device_of_rank(device, 3) for device in ("auto", "cpu", "cuda", "cuda:1")] == [
        "auto",
        "cpu",
        "cuda",
        "cuda:1",
    ]
