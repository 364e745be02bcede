"""Export and load: what a model file holds, and what is refused."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from ase import Atoms
from support.model_files import edited, with_metadata_text
from support.systems import systems
from support.toys import EdgeHarmonic, TwoHop, smooth_cutoff
from torch import Tensor

import tumble
from tumble import metadata
from tumble.errors import ExportError, MetadataError, ModelFileError, ModelNotFoundError, ReferenceMismatch
from tumble.model_file import measure_bytes_per_edge
from tumble.models.pet import Pet, PetConfig
from tumble.structures import to_graph
from tumble.symmetry import measure
from tumble.torchscript import script, torchscript_warnings_silenced

WATER = systems()["molecule"]
TRICLINIC = systems()["triclinic"]


def export(model, path, **changes):
    arguments = {
        "name": "toy",
        "species": ["O", "H"],
        "cutoff": 4.0,
        "depth": getattr(model, "depth", 1),
        "dtype": "float64",
        "baseline": [-3.0, 1.5],
        "symmetry": {
            "group": "O(3)",
            "kind": "approximate",
            "energy_error": None,
            "force_error": None,
            "how": "toy",
        },
        "provenance": {"data": [], "seeds": {}, "metrics": {}, "configuration": {}},
        "licence": "BSD-3-Clause",
        "citation": "none",
        "references": [WATER, TRICLINIC],
    }
    return tumble.export(model, path, **{**arguments, **changes})


def small_pet() -> Pet:
    torch.manual_seed(1)
    return Pet(PetConfig(species=("O", "H"), width=8, heads=2, feedforward=8))


def well(edge_vectors: Tensor) -> Tensor:
    """r^2 s(r) of each edge [E], with a cutoff of 4 Å."""
    r = torch.linalg.vector_norm(edge_vectors, dim=1)
    return r * r * smooth_cutoff(r, 4.0)


class Returns(torch.nn.Module):
    """Returns what its `kind` says, right or wrong."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        zero = torch.zeros(species.size(0), dtype=edge_vectors.dtype)
        energy = zero.index_add(0, edge_index[0], well(edge_vectors))
        if self.kind == "shape":
            energy = energy.unsqueeze(1)
        if self.kind == "name":
            return {"energies": energy}
        if self.kind == "nan":
            energy = energy * float("nan")
        if self.kind == "gradient":
            energy = energy + 0.0 * edge_vectors.sub(edge_vectors.detach()).sqrt().sum()
        if self.kind == "integers":
            energy = energy.long()
        if self.kind == "dipole":
            return {"energy": energy, "dipole": torch.zeros(3, 3)}
        if self.kind == "neighbors" and edge_vectors.size(0) == 0:
            raise RuntimeError("no neighbors")
        if self.kind == "constant":
            energy = zero
        return {"energy": energy}


class Unscriptable(Returns):
    def forward(self, *tensors: Tensor) -> dict[str, Tensor]:  # TorchScript has no variable arguments
        return super().forward(*tensors)


class DiffersWhenScripted(Returns):
    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        zero = torch.zeros(species.size(0), dtype=edge_vectors.dtype)
        factor = 2.0 if torch.jit.is_scripting() else 1.0
        return {"energy": zero.index_add(0, edge_index[0], factor * well(edge_vectors))}


def scripted(network: torch.nn.Module) -> torch.jit.ScriptModule:
    with torchscript_warnings_silenced():
        return torch.jit.script(network)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("model", [EdgeHarmonic(2, 1), TwoHop(), small_pet()], ids=["harmonic", "two_hop", "pet"])
def test_the_core_gives_what_the_network_gave(tmp_path, model, dtype):
    before = copy.deepcopy(model.state_dict())
    path = export(model, tmp_path / "toy.pt", dtype=dtype)
    assert path == tmp_path / "toy.pt"
    assert list(tmp_path.iterdir()) == [path]  # no temporary file is left
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    document = metadata.read(path)
    potential = tumble.load(path, "cpu")
    for atoms, reference in zip([WATER, TRICLINIC], document["references"], strict=True):
        result = potential.evaluate(to_graph([atoms], ["O", "H"], 4.0))
        tolerance = 1e-12 if dtype == "float64" else 2e-5
        assert result.energies[0] == pytest.approx(reference["energy"], abs=tolerance * len(atoms))
        np.testing.assert_allclose(result.forces, reference["forces"], atol=tolerance * 10)
        np.testing.assert_allclose(result.virials[0], reference["virial"], atol=tolerance * 10 * len(atoms))


def test_pet_metadata(tmp_path):
    model = small_pet()
    document = metadata.read(export(model, tmp_path / "pet.pt", dtype="float32"))
    assert document["parameters"] == sum(p.numel() for p in model.parameters())
    assert document["bytes_per_edge"] > 100
    assert document["dtype"] == "float32"


def test_no_warnings(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        export(TwoHop(), tmp_path / "toy.pt")


def test_a_scripted_and_a_frozen_network_are_taken_too(tmp_path):
    with torchscript_warnings_silenced():
        scripted = torch.jit.script(TwoHop().double())
    energy = metadata.read(export(TwoHop(), tmp_path / "a.pt"))["references"][1]["energy"]
    for name, module in (("b.pt", scripted), ("c.pt", script(scripted.eval()))):
        assert metadata.read(export(module, tmp_path / name, depth=2))["references"][1]["energy"] == energy


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("training", [True, False])
def test_a_scripted_network_with_weights(tmp_path, dtype, training):
    """Its copy has weights of its own, in the precision that was asked for, and it stays as it is."""
    network = small_pet().train(training)
    with torchscript_warnings_silenced():
        scripted = torch.jit.script(network)
    before = {name: value.clone() for name, value in scripted.state_dict().items()}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        document = metadata.read(export(scripted, tmp_path / "a.pt", depth=2, dtype=dtype))
    plain = metadata.read(export(network, tmp_path / "b.pt", depth=2, dtype=dtype))
    for own, other in zip(document["references"], plain["references"], strict=True):
        tolerance = 1e-10 if dtype == "float64" else 1e-4
        np.testing.assert_allclose(own["forces"], other["forces"], atol=tolerance)
        assert own["energy"] == pytest.approx(other["energy"], abs=tolerance)
    assert document["parameters"] == sum(p.numel() for p in network.parameters())
    assert scripted.training is training
    for name, value in scripted.state_dict().items():
        assert torch.equal(value, before[name])
    assert all(parameter.requires_grad and parameter.dtype == torch.float32 for parameter in scripted.parameters())


def test_what_is_not_said_is_measured_or_stated_as_such(tmp_path):
    path = tumble.export(
        EdgeHarmonic(2, 1),
        tmp_path / "toy.pt",
        name="toy",
        species=["O", "H"],
        cutoff=4.0,
        depth=1,
        baseline=[0.0, 0.0],
        references=[WATER, TRICLINIC],
    )
    document = metadata.read(path)
    measured = measure(
        EdgeHarmonic(2, 1).float(),
        [to_graph([atoms], ["O", "H"], 4.0) for atoms in (WATER, TRICLINIC)],
        torch.float32,
        names=["reference 1", "reference 2"],
    )
    assert document["symmetry"] == measured
    assert document["symmetry"]["force_error"] > 0.1
    assert document["provenance"] == {"data": [], "seeds": {}, "metrics": {}, "configuration": {}}
    assert (document["licence"], document["citation"]) == ("not stated", "not stated")


def test_a_full_disk_names_the_file(tmp_path):
    """A limit on the size of files fails in the same place, with EFBIG for ENOSPC."""
    script_path = tmp_path / "export.py"
    script_path.write_text(
        "import resource, signal, sys, ase, tumble\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from support.toys import MorsePair\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n"
        "    tumble.export(MorsePair(), sys.argv[1], name='toy', species=['O', 'H'], cutoff=4.0, depth=1,\n"
        "                  baseline=[0, 0], references=[ase.Atoms('OH', [[0, 0, 0], [0, 0, 1]])])\n"
        "except OSError as error:\n"
        "    print(error)\n"
    )
    path = tmp_path / "out" / "toy.pt"
    path.parent.mkdir()
    command = [sys.executable, str(script_path), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    assert done.stdout == f"[Errno 27] File too large: '{path}'\n"
    assert not list(path.parent.iterdir())


@pytest.mark.parametrize(
    ("model", "changes", "text"),
    [
        (Unscriptable("right"), {}, r"`model`: .*`torch.jit.script`"),
        (Returns("shape"), {}, r"`model`: .* `energy` .*\[2\], got \[2, 1\]"),
        (Returns("name"), {}, r"`model`: .* `energy`, got energies"),
        (Returns("constant"), {}, r"`model`: .* `energy`.* `edge_vectors`"),
        (scripted(Returns("constant")), {}, r"`model`: .* `energy`.* `edge_vectors`"),
        (script(Returns("constant").eval()), {}, r"`model`: .* `energy`.* `edge_vectors`"),
        (scripted(Returns("neighbors")), {}, r"2 atoms and 0 edges, got RuntimeError: no neighbors$"),
        (Returns("nan"), {}, r"`model`: .*`energy`, got NaN"),
        (
            Returns("gradient"),
            {},
            r"`model`: .*gradients.*got NaN",
        ),
        (Returns("integers"), {}, r"`model`: .* `energy`, got torch.int64"),
        (
            Returns("right"),
            {"outputs": ("energy", "charge")},
            r"`model`: .* `charge`, got energy",
        ),
        (
            Returns("dipole"),
            {"outputs": ("energy", "dipole")},
            r"`dipole` .*\[2, 3\], got \[3, 3\]",
        ),
        (Returns("neighbors"), {}, "2 atoms and 0 edges, got RuntimeError: no neighbors"),
        (
            torch.nn.Linear(3, 1),
            {},
            r"`model`: .* `forward.edge_vectors, edge_index, reverse, species.`",
        ),
        (
            Returns("right"),
            {"references": [Atoms("OH", [[0, 0, 0], [9, 0, 0]])]},
            "two atoms",
        ),
        (Returns("right"), {"references": []}, r"`references`: .*structure, got none"),
        (
            Returns("right"),
            {"references": [Atoms("He")]},
            r"`references\[0\]`: .* O, H, got He",
        ),
        (
            Returns("right"),
            {"species": ["O", "water"]},
            r"`species`: .* `O`, got `water`",
        ),
    ],
)
def test_what_export_refuses(tmp_path, model, changes, text):
    with pytest.raises(ExportError, match=text):
        export(model, tmp_path / "toy.pt", **changes)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"cutoff": -1.0}, "cutoff"),
        ({"cutoff": "4"}, "cutoff"),
        ({"baseline": [1.0]}, "baseline"),
        ({"baseline": {"O": -430.0, "H": -13.6}}, "baseline"),
    ],
)
def test_fields_that_the_core_refuses(tmp_path, change, field):
    with pytest.raises(MetadataError, match=f"metadata field `{field}`"):
        export(TwoHop(), tmp_path / "toy.pt", **change)


def test_a_file_that_differs_from_the_network_is_never_left(tmp_path):
    path = tmp_path / "toy.pt"
    path.write_text("an older file")
    with pytest.raises(ReferenceMismatch, match=r"`model`: .*TorchScript.*`reference 1`: .*energy"):
        export(DiffersWhenScripted("right"), path)
    assert path.read_text() == "an older file"
    assert list(tmp_path.iterdir()) == [path]


def test_a_single_structure_for_references(tmp_path):
    with pytest.raises(ExportError, match=r"`references`: .*list.*got one"):
        export(TwoHop(), tmp_path / "toy.pt", references=WATER)


def test_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere/toy\.pt"):
        export(TwoHop(), tmp_path / "nowhere" / "toy.pt")


def test_memory_per_edge_is_what_autograd_keeps():
    """In double the square keeps v, 24 bytes, and the sum its values, 8, and both rows of the index, 16."""

    class Squares(torch.nn.Module):
        def forward(
            self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor
        ) -> dict[str, Tensor]:
            zero = torch.zeros(species.size(0), dtype=edge_vectors.dtype)
            return {"energy": zero.index_add(0, edge_index[0], edge_vectors.square().sum(1))}

    model = Squares().eval()
    graph = to_graph([TRICLINIC], ["O", "H"], 4.0)
    assert 48 <= measure_bytes_per_edge(model, script(model), graph, torch.float64) <= 50


def test_memory_per_edge_leaves_the_weights_out():
    class Wide(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(3, 4000, dtype=torch.float64), requires_grad=False)

        def forward(
            self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor
        ) -> dict[str, Tensor]:
            energy = (edge_vectors @ self.weight).sum(1)
            zero = torch.zeros(species.size(0), dtype=edge_vectors.dtype)
            return {"energy": zero.index_add(0, edge_index[0], energy)}

    model = Wide().eval()
    graph = to_graph([WATER], ["O", "H"], 4.0)
    assert measure_bytes_per_edge(model, script(model), graph, torch.float64) < 40  # with the weights: 16000


# --- files that can't be used ---


def tampered(content: bytes) -> bytes:
    document = json.loads(content)
    document["references"][1]["forces"][0][0] += 1e-3
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        (tampered, ReferenceMismatch, r"`reference 2`: .*force .* eV/Å"),
        (edited(baseline=[-3.0, 1.6]), ReferenceMismatch, r"`reference 1`: .*energy"),
        (
            edited(format={"name": "tumble", "version": 2}),
            MetadataError,
            r"`format.version`: .* 1, got 2",
        ),
        (edited(format={"name": "other", "version": 1}), MetadataError, r"`format.name`: .*tumble"),
        (edited(references=[]), MetadataError, r"`references`: .*reference structure"),
        (
            lambda content: content[:-40],
            MetadataError,
            r"metadata: .*JSON.*parse error",
        ),
        (lambda content: None, ModelFileError, "plain TorchScript"),
    ],
)
def test_altered_files(tmp_path, model_file, change, error, text):
    path = with_metadata_text(model_file("harmonic"), tmp_path / "altered.pt", change)
    with pytest.raises(error, match=text):
        tumble.load(path, "cpu")


def test_check_can_be_left_out(tmp_path, model_file):
    path = with_metadata_text(model_file("harmonic"), tmp_path / "altered.pt", tampered)
    assert tumble.load(path, "cpu", check=False).metadata.name == "harmonic"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "the file is empty"),
        (b"weights" * 100, "TorchScript archive, got another"),
        (None, "truncated or corrupt"),
    ],
)
def test_damaged_files(tmp_path, model_file, content, text):
    path = tmp_path / "damaged.pt"
    whole = model_file("harmonic").read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if content is None else content)
    with pytest.raises(ModelFileError, match=text):
        tumble.load(path)


def test_weights_are_not_a_model(tmp_path):
    path = tmp_path / "weights.pt"
    torch.save(TwoHop().state_dict(), path)
    with pytest.raises(ModelFileError, match=r"without code .*`tumble export`"):
        tumble.load(path)


def test_load_by_a_name_that_is_none():
    with pytest.raises(ModelNotFoundError, match="model `no such model`: "):
        tumble.load("no such model")
