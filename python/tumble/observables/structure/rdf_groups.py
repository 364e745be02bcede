"""The atoms that form the pairs of a radial distribution function, and the pairs within a molecule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ase.data
import numpy as np
from MDAnalysis.core.groups import AtomGroup, UpdatingAtomGroup
from MDAnalysis.exceptions import SelectionError
from numpy.typing import NDArray

from tumble.errors import SettingError
from tumble.observables.frames.water import Water
from tumble.observables.structure.rdf_pairs import Indices

#: Symbol of an element, selection in the language of MDAnalysis, or `MDAnalysis.AtomGroup`.
Group = Any


@dataclass(frozen=True)
class Pair:
    """The two groups of atoms of a radial distribution function.

    Attributes:
        name: Name such as `OO`.
        label: Label in figures, such as `O–O`.
        first: Whether each atom is in the first group, [N].
        second: Whether each atom is in the second group, [N].
    """

    name: str
    label: str
    first: NDArray[np.bool_]
    second: NDArray[np.bool_]

    @property
    def number(self) -> int:
        """Number of ordered pairs of different atoms."""
        return int(self.first.sum()) * int(self.second.sum()) - int(np.sum(self.first & self.second))

    def number_of(self, listed: Indices) -> int:
        """Return how many ordered pairs are among these, [K,2], in which each pair is listed in one order."""
        i, j = listed.T
        return int(np.sum(self.first[i] & self.second[j]) + np.sum(self.first[j] & self.second[i]))


def pairs_of(universe: Any, pairs: Sequence[tuple[Group, Group]] | Mapping[str, tuple[Group, Group]]) -> list[Pair]:
    """Return the pairs of groups of atoms.

    Args:
        universe: A `MDAnalysis.Universe`.
        pairs: See `tumble.observables.structure.rdf.Rdf`.

    Raises:
        SettingError: If there are no such atoms, or no pair of them.
    """
    if isinstance(pairs, Mapping):
        named = [(name, name, ends) for name, ends in pairs.items()]
    else:
        named = [(*_names(ends), ends) for ends in pairs]
    found = [
        Pair(name, label, _atoms(universe, first), _atoms(universe, second)) for name, label, (first, second) in named
    ]
    if not found:
        raise SettingError("pairs", "expected at least one pair, got none")
    for pair in found:
        if pair.number == 0:
            raise SettingError("pairs", f"expected pairs of different atoms, got `{pair.name}` without any")
    return found


def are_elements(pairs: Sequence[tuple[Group, Group]] | Mapping[str, tuple[Group, Group]]) -> bool:
    """Return whether all groups are given as elements."""
    ends = [end for pair in (pairs.values() if isinstance(pairs, Mapping) else pairs) for end in pair]
    return all(isinstance(end, str) and end in ase.data.atomic_numbers for end in ends)


def classes_of(pairs: Sequence[Pair]) -> tuple[Indices, NDArray[np.bool_], NDArray[np.bool_]]:
    """Divide atoms into classes; atoms of a class are in the same groups of the same pairs.

    Returns:
        Class of each atom, -1 for atoms in no group, [N]; whether the atoms of a class are in the first group of a
        pair, [pairs,C], and in the second.
    """
    ends = np.array([pair.first for pair in pairs] + [pair.second for pair in pairs])
    used = np.flatnonzero(ends.any(axis=0))
    kinds, kind = np.unique(ends[:, used], axis=1, return_inverse=True)
    classes = np.full(ends.shape[1], -1)
    classes[used] = kind.ravel()
    return classes, kinds[: len(pairs)], kinds[len(pairs) :]


def molecular_pairs(universe: Any) -> tuple[Indices, Water | None]:
    """Return pairs of atoms of the same molecule.

    Atoms connected by bonds of the topology form a molecule. If the topology has no bonds, water is assumed.

    Returns:
        Indices of the pairs, each in one order, [K,2]; and the water molecules, if they were found by distance.

    Raises:
        NotApplicableError: If there are no bonds, and this isn't water.
    """
    if hasattr(universe, "bonds") and len(universe.bonds) > 0:
        molecules = [np.sort(fragment.ix) for fragment in universe.atoms.fragments]
        inside = [np.column_stack([atoms[i] for i in np.triu_indices(len(atoms), 1)]) for atoms in molecules]
        return np.concatenate(inside).astype(np.intp), None
    water = Water(universe)
    return water.atoms[:, [[0, 1], [0, 2], [1, 2]]].reshape(-1, 2), water


def _names(ends: tuple[Group, Group]) -> tuple[str, str]:
    """Return the name and the label of a pair."""
    if not all(isinstance(end, str) for end in ends):
        raise SettingError(
            "pairs", "expected a name for a pair of groups of atoms, got none; give `{name: (first, second)}`"
        )
    joint = "" if all(end in ase.data.atomic_numbers for end in ends) else "-"
    return joint.join(ends), "–".join(ends)


def _atoms(universe: Any, group: Group) -> NDArray[np.bool_]:
    """Return which atoms belong to a group, [N]."""
    if isinstance(group, UpdatingAtomGroup):
        raise SettingError("pairs", "expected groups of the same atoms in all frames, got an updating one")
    if isinstance(group, AtomGroup):
        indices = group.ix
    else:
        try:
            indices = universe.select_atoms(f"element {group}" if group in ase.data.atomic_numbers else group).ix
        except (SelectionError, AttributeError) as error:
            raise SettingError(
                "pairs", f"expected elements, selections or groups of atoms, got `{group}`: {error}"
            ) from error
    if len(indices) == 0:
        raise SettingError("pairs", f"expected atoms of the trajectory, got `{group}`, which selects none")
    chosen = np.zeros(len(universe.atoms), dtype=np.bool_)
    chosen[indices] = True
    return chosen
