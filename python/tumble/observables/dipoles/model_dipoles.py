"""Dipoles from model files that declare an output `dipole` or `charge` for each atom (docs/model-file.md).

Each bead is evaluated in the laboratory frame without an average over rotations, as in a run that isn't symmetrized. So
the effect of the broken symmetry on dipoles is part of the result.
"""

from __future__ import annotations

from os import PathLike
from typing import Any

import ase

from tumble import _core, metadata
from tumble.errors import SettingError
from tumble.model_file import load
from tumble.observables.dipoles.dipole_moments import AtomicCharges, GivenDipoles, MolecularSource
from tumble.registry import find_model
from tumble.structures import to_graph
from tumble.trajectories.centroid import beads_of
from tumble.types import Array


class ModelOutput:
    """A per-atom output of a model in a frame: [P,N,3] or [P,N] for P beads of N atoms.

    Args:
        model: Path or name of a model.
        output: Name of the output, `dipole` (e·Å) or `charge` (e).
        universe: A `MDAnalysis.Universe` with elements.

    Raises:
        SettingError: If the model has no such output, or doesn't support an element.
    """

    def __init__(self, model: str | PathLike[str], output: str, universe: Any) -> None:
        self._path, self._output = find_model(model), output
        document = metadata.read(self._path)
        if output not in document["outputs"]:
            raise SettingError(
                "dipole_model", f"expected a model with the output `{output}`, got {', '.join(document['outputs'])}"
            )
        self._symbols = [str(symbol) for symbol in universe.atoms.elements]
        self._species, self._cutoff = document["species"], document["cutoff"]
        unknown = sorted(set(self._symbols) - set(self._species))
        if unknown:
            raise SettingError("dipole_model", f"expected a model with {', '.join(unknown)}, got {self._path}")
        self._potential: _core.Potential | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without the loaded model, which can't be pickled and is loaded again."""
        return {**self.__dict__, "_potential": None}

    def __call__(self, ts: Any) -> Array:
        """Return the output for a frame."""
        if self._potential is None:
            self._potential = load(self._path, device="cpu")
        beads = beads_of(ts)
        cell = {} if ts.dimensions is None else {"cell": ts.dimensions, "pbc": True}
        frames = [ase.Atoms(self._symbols, positions=positions, **cell) for positions in beads]
        found = self._potential.evaluate(to_graph(frames, self._species, self._cutoff)).outputs[self._output]
        return found.reshape(len(beads), len(self._symbols), *found.shape[1:])


def dipoles_of_model(model: str | PathLike[str], universe: Any) -> MolecularSource:
    """Return the source of molecular dipoles: the output `dipole` of a model or, without it, its output `charge`.

    Args:
        model: Path or name of a model.
        universe: A `MDAnalysis.Universe` with elements.

    Raises:
        SettingError: If the model has neither output.
    """
    outputs = metadata.read(find_model(model))["outputs"]
    if "dipole" in outputs:
        return GivenDipoles(ModelOutput(model, "dipole", universe))
    if "charge" in outputs:
        return AtomicCharges(ModelOutput(model, "charge", universe))
    raise SettingError(
        "dipole_model", f"expected a model with an output `dipole` or `charge`, got {', '.join(outputs)}"
    )
