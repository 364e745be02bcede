"""A kind of model for `tumble convert`: a repulsion between pairs, whose "package" is NumPy and ASE; a plugin.

A source is a JSON file with `elements`, `cutoff` in Å, `tasks` and `strengths` in eV, one for each task. With a factor
`wrong`, the package's calculator disagrees with the network, with `wrong_in_double` in double precision alone; without
`calculator` there is none.
"""

# No postponed annotations here: TorchScript reads those of `forward`.
import json
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from ase import Atoms
from ase.neighborlist import neighbor_list
from torch import Tensor

from support.toy_calculator import ToyCalculator
from support.toys import smooth_cutoff, sum_over_edges
from tumble.convert.converted import Converted, Request
from tumble.convert.elements import chosen_elements
from tumble.convert.kinds import KINDS, Kind
from tumble.convert.options import chosen_option
from tumble.errors import ConversionError

TOY = Kind(
    name="toy", package="toy_package", requirement="numpy==2", source="a JSON file", options={"task": "one of several"}
)
BASELINE = {"H": -13.6, "O": -430.0}
SOURCE = {"elements": ["H", "O"], "cutoff": 4.0, "tasks": ["only"], "strengths": [0.4], "calculator": True}

Write = Callable[..., Path]


class Repulsion(torch.nn.Module):
    """Sum over edges of strength (1 - (r/r_c)^2)^4 in eV: half of it for each direction of a pair."""

    def __init__(self, strength: float, cutoff: float) -> None:
        super().__init__()
        self.register_buffer("strength", torch.tensor(strength, dtype=torch.float64))
        self.cutoff = cutoff

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        r = torch.linalg.vector_norm(edge_vectors, dim=1)
        values = self.strength * smooth_cutoff(r, self.cutoff)
        return {"energy": sum_over_edges(values, edge_index[0], species.size(0))}


class RepulsionCalculator(ToyCalculator):
    """The same from ASE's neighbor list, with analytic forces."""

    def __init__(self, strength: float, cutoff: float) -> None:
        super().__init__()
        self.strength, self.cutoff = strength, cutoff

    def results_of(self, atoms: Atoms) -> dict[str, Any]:
        center, vectors, r = neighbor_list("iDd", atoms, self.cutoff)
        inside = 1.0 - (r / self.cutoff) ** 2
        forces = np.zeros((len(atoms), 3))
        slope = -16.0 * self.strength * inside**3 / self.cutoff**2  # of both directions together, over r
        np.add.at(forces, center, slope[:, None] * vectors)
        energy = self.strength * np.sum(inside**4) + sum(BASELINE[symbol] for symbol in atoms.symbols)
        return {"energy": energy, "forces": forces}


def converted(request: Request) -> Converted:
    """Build the network of a source; see `tumble.convert.converted.Converter`."""
    path = Path(request.source)
    try:
        source = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise ConversionError(f"`source`: expected a JSON file, got `{path}`, which fails: {error}") from error
    species = chosen_elements(request.elements, source["elements"])
    task = chosen_option("task", request.options, source["tasks"])
    strength, cutoff = source["strengths"][source["tasks"].index(task)], source["cutoff"]
    factors = {"float32": source.get("wrong", 1.0), "float64": source.get("wrong", source.get("wrong_in_double", 1.0))}
    return Converted(
        network=Repulsion(strength, cutoff),
        name=path.stem,
        species=species,
        cutoff=cutoff,
        depth=1,
        dtype=request.dtype or "float64",
        baseline=[BASELINE[symbol] for symbol in species],
        licence="CC0-1.0",
        citation="nobody",
        files=[path],
        calculator=(lambda dtype: RepulsionCalculator(strength * factors[dtype], cutoff))
        if source["calculator"]
        else None,
    )


@pytest.fixture
def toy_source(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Write:
    """Function that writes a source with some other values; `toy` is a kind while a test uses this."""
    module = types.ModuleType("tumble.convert.toy")
    module.converted = converted
    monkeypatch.setitem(sys.modules, "tumble.convert.toy", module)
    monkeypatch.setitem(KINDS, "toy", TOY)

    def write(**other: object) -> Path:
        path = tmp_path / "source.json"
        path.write_text(json.dumps({**SOURCE, **other}))
        return path

    return write
