"""An analysis of irreps from start to end.

The intact model comes first: features, derivatives and predictions of all structures. Then each part is zeroed and
permuted in turn. Structures go through the model in batches, within the budget `memory`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from tumble import _core
from tumble.errors import FramesError
from tumble.irreps.ablation import PERMUTED, ZEROED, Effects, EffectTally, Reference, permutation, references
from tumble.irreps.batches import Batch, Batches, structures_of
from tumble.irreps.bootstrap import Bootstrap
from tumble.irreps.equivariance import check_equivariance
from tumble.irreps.layers import Layers, Part, find_layers
from tumble.irreps.measures import Measures, Tally
from tumble.irreps.observers import Edit, Permute, Zero, evaluate_edited, record
from tumble.irreps.options import Options
from tumble.irreps.quantities import Float, Quantity, quantities_of
from tumble.irreps.results import Irreps, PartResult
from tumble.irreps.unmarked import cure
from tumble.labels import LabelNames

_USUAL = LabelNames()  # what ASE reads as energy and forces
_CHECKED = 3  # structures that are turned


def analyze_irreps(
    potential: _core.Potential,
    frames: Sequence[Atoms],
    options: Options | None = None,
    *,
    label: str = "structures",
    names: LabelNames = _USUAL,
    planned: Callable[[int], object] = lambda evaluations: None,
    done: Callable[[int], object] = lambda evaluations: None,
) -> Irreps:
    """Measure what each l carries in each layer of a model that marks its features.

    Args:
        potential: The model, of `load_whole`.
        frames: Structures of the kind that it is for, of any sizes; labels are compared where there are any.
        options: Options; by default those of `Options()`.
        label: Where the structures are from.
        names: Names of the labels.
        planned: Called with the number of evaluations of structures before they begin.
        done: Called with the number of structures after each batch.

    Raises:
        ConfigurationError: If an option is invalid, dipoles are named but the model has none, or e3nn is missing.
        FramesError: If there are no structures, a label isn't finite, or a named one is missing.
        StructureError: If a structure has no atoms or an element that the model doesn't know; the message begins with
            its number.
        ModelFileError: If the model marks no features, or features that don't turn as declared.
        EvaluationError: If the model fails.
    """
    options = options or Options()
    options.check()
    if not frames:
        raise FramesError("`frames`: expected structures, got none")
    structures = structures_of(frames, potential.metadata.species)
    quantities = quantities_of(potential.metadata, names, frames, label)
    labels = {
        quantity.name: [quantity.labeled(atoms, f"{label}, frame {i}") for i, atoms in enumerate(frames)]
        for quantity in quantities
    }
    batches = Batches(potential, structures, options.memory)
    few = batches.largest(_CHECKED)  # isolated atoms, with which many files begin, have nothing that turns
    layers = marked_layers(potential, few)
    rotation_error, parity = check_equivariance(potential, layers, few, options.seed)
    ablated = [[part] for part in layers.parts] + list(layers.repeated.values()) if options.ablation else []
    planned(len(frames) * (1 + 2 * len(ablated)))

    analysis = _Analysis(potential, layers, batches, len(frames), options, done)
    measures, intact = analysis.intact(quantities)
    compared = {
        quantity.name: references(quantity, intact[quantity.name], labels[quantity.name]) for quantity in quantities
    }
    targets = {name: found for name, (found, _) in compared.items()}
    return Irreps(
        model=potential.metadata.name,
        symmetry=potential.metadata.symmetry_kind,
        dtype=potential.metadata.dtype,
        frames=label,
        atoms=tuple(len(atoms) for atoms in frames),
        labeled={name: sum(each.label is not None for each in found) for name, found in targets.items()},
        options=options,
        quantities={quantity.name: quantity for quantity in quantities},
        errors={name: error for name, (_, error) in compared.items()},
        rotation_error=rotation_error,
        parity=parity,
        parts=tuple(
            PartResult(part, measures[part], analysis.effects([part], quantities, targets) if options.ablation else {})
            for part in layers.parts
        ),
        everywhere={
            irrep: analysis.effects(parts, quantities, targets)
            for irrep, parts in (layers.repeated.items() if options.ablation else ())
        },
    )


def marked_layers(potential: _core.Potential, graph: _core.Graph) -> Layers:
    """Return the layers that a model marks.

    Args:
        potential: The model.
        graph: Any structures.

    Raises:
        ModelFileError: If there are none; the message says what the model is. Or as by `find_layers`.
        EvaluationError: If the model fails.
    """
    return find_layers(potential, graph, cure(json.loads(potential.metadata.to_json())["provenance"]))


class _Analysis:
    """The model, its layers and the structures in batches."""

    def __init__(
        self,
        potential: _core.Potential,
        layers: Layers,
        batches: Batches,
        structures: int,
        options: Options,
        done: Callable[[int], object],
    ) -> None:
        self._potential = potential
        self._layers = layers
        self._batches = batches
        self._options = options
        self._done = done
        self._bootstrap = Bootstrap(structures, options.seed)

    def intact(self, quantities: Sequence[Quantity]) -> tuple[dict[Part, Measures], dict[str, list[Float]]]:
        """Return the measures of all parts, and the predictions for all structures."""
        tally = Tally(self._layers)
        predictions: dict[str, list[Float]] = {quantity.name: [] for quantity in quantities}
        for batch in self._batches:
            result, recorded = record(self._potential, self._layers, batch.graph)
            tally.add(recorded, batch.graph.first_atom)
            for _, i, atoms in batch.atoms():
                for quantity in quantities:
                    predictions[quantity.name].append(quantity.predicted(result, i, atoms))
            self._done(len(batch.places))
        return tally.measures(self._bootstrap), predictions

    def effects(
        self, parts: Sequence[Part], quantities: Sequence[Quantity], targets: dict[str, list[Reference]]
    ) -> Effects:
        """Return what is lost without some parts."""
        ways = (ZEROED, PERMUTED)
        tallies = {way: {quantity.name: EffectTally() for quantity in quantities} for way in ways}
        for batch in self._batches:
            source = self._source(batch)
            moved = source != np.arange(len(source))
            edits: dict[str, tuple[Edit, NDArray[np.bool_]]] = {
                ZEROED: (Zero(), np.ones_like(moved)),
                PERMUTED: (Permute(source), moved),
            }
            for way, (edit, touched) in edits.items():
                result = evaluate_edited(self._potential, self._layers, batch.graph, parts, edit)
                for place, i, atoms in batch.atoms():
                    for quantity in quantities:
                        tallies[way][quantity.name].add(
                            quantity.predicted(result, i, atoms),
                            targets[quantity.name][place],
                            affected=bool(touched[atoms].any()),
                        )
                self._done(len(batch.places))
        return {
            way: {name: tally.effect(self._bootstrap) for name, tally in found.items()}
            for way, found in tallies.items()
        }

    def _source(self, batch: Batch) -> NDArray[np.int64]:
        seeds = [(self._options.seed, place) for place in batch.places]
        return permutation(batch.graph.species, batch.graph.first_atom, seeds)
