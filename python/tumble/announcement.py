"""What Tumble writes into a log of i-PI before it serves a model: sentences for users, and a line for programs."""

from __future__ import annotations

from collections.abc import Sequence

from ase import Atoms

from tumble import _core
from tumble.atom_order import elements_in_order
from tumble.waiting import description


def announcement(
    potential: _core.Potential,
    symmetrizer: _core.Symmetrizer,
    atoms: Atoms,
    periodic: str,
    facts: Sequence[tuple[str, str | int | float]],
    *,
    speaker: str,
    task: str,
) -> list[str]:
    """Return the lines.

    Args:
        potential: Model that is served.
        symmetrizer: Rotations with which it is served.
        atoms: Structure with the elements in i-PI's order.
        periodic: Letters of the periodic cell vectors.
        facts: Keys and values that are added to the line for programs.
        speaker: Beginning of each sentence.
        task: What the model serves, as the end of the first sentence.
    """
    sentences = [
        f"model {potential.metadata.name} on {potential.device}, {_threads(_core.threads())}, "
        f"{len(atoms)} atoms, periodic along {periodic or 'nothing'}, symmetrize {symmetrizer}; {task}",
        *_advice(potential.metadata, symmetrizer),
        # i-PI sends neither elements nor masses, so only the user can check that both sides have the same order.
        f"elements in the order of the structure file: {elements_in_order(list(atoms.symbols))}",
    ]
    first, *others = [f"{speaker}: {sentence}" for sentence in sentences]
    known: list[tuple[str, str | int | float]] = [("atoms", len(atoms)), ("periodic", periodic)]
    return [first, _core.run_line("i-pi", potential, symmetrizer, [*known, *facts]), *others]


def _advice(metadata: _core.Metadata, symmetrizer: _core.Symmetrizer) -> list[str]:
    advice = []
    if metadata.breaks_parity_alone and not symmetrizer.averages_parity:
        advice.append(
            "inversion changes the model's energy, which the frame torque doesn't show; `--symmetrize inversion` "
            "removes that error, `--symmetry-log FILE` measures it"
        )
    enough = metadata.sufficient_set
    if enough and len(symmetrizer) > len(_core.Symmetrizer(enough)):
        advice.append(
            f"this model needs only `--symmetrize {enough}`: it is exact under further rotations, which cost time and "
            "change rounding alone"
        )
    return advice


def _threads(count: int) -> str:
    return "1 thread" if count == 1 else f"up to {count} threads ({description()})"
