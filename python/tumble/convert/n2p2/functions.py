"""Symmetry functions of `input.nn`, in the order in which other files of a potential count them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

from tumble.convert.n2p2.settings import Line, Settings

RADIAL, NARROW, WIDE = 2, 3, 9


@dataclass(frozen=True)
class SymmetryFunction:
    """A symmetry function; see `csrc/operators/symmetry_functions.h` for the formulas.

    Elements are numbers in the list of the potential's elements, which ascends with the atomic number. Lengths are in
    the units of the file.

    Attributes:
        center: Element of the atom that it describes.
        kind: 2 (radial), 3 (narrow) or 9 (wide), as in n2p2.
        neighbors: Elements of the neighbors, one or two, ascending.
        eta: Of the Gaussian, 1 / length².
        shift: Center of the Gaussian.
        cutoff: Length.
        zeta: Exponent of the angular factor.
        lam: λ of the angular factor.
    """

    center: int
    kind: int
    neighbors: tuple[int, ...]
    eta: float
    shift: float
    cutoff: float
    zeta: float
    lam: float

    def order(self) -> tuple[float | tuple[int, ...], ...]:
        """Return what n2p2 sorts by within an element: kind, cutoff, eta, shift, zeta, lambda, neighbors."""
        return (self.kind, self.cutoff, self.eta, self.shift, self.zeta, self.lam, self.neighbors)


def read_functions(settings: Settings, elements: Sequence[str]) -> list[list[SymmetryFunction]]:
    """Return the symmetry functions of each element, sorted as n2p2 does.

    Args:
        settings: The file.
        elements: Chemical symbols of the potential.

    Raises:
        ConversionError: If a line isn't understood, or an element has no function.
    """
    read = [_function(settings, line, elements) for line in _lines(settings, elements)]
    sorted_functions = [
        sorted((function for function in read if function.center == k), key=SymmetryFunction.order)
        for k in range(len(elements))
    ]
    for symbol, functions in zip(elements, sorted_functions, strict=True):
        if not functions:
            raise settings.error(
                settings.one("elements"), f"expected lines `symfunction_short {symbol} ...`, got none for `{symbol}`"
            )
    return sorted_functions


def _lines(settings: Settings, elements: Sequence[str]) -> Iterator[Line]:
    """Yield the lines of single functions; those of RuNNer that stand for all neighbors, or all centers, as many."""
    yield from settings.every("symfunction_short")
    for line in settings.every("element_symfunction_short"):
        yield from _with_neighbors(settings, line, elements)
    for line in settings.every("global_symfunction_short"):
        for center in elements:
            yield from _with_neighbors(settings, line._replace(words=(center, *line.words)), elements)


def _with_neighbors(settings: Settings, line: Line, elements: Sequence[str]) -> Iterator[Line]:
    count = 1 if settings.integer(line, 1, 0) == RADIAL else 2
    center, kind, *numbers = line.words
    for neighbors in combinations_with_replacement(elements, count):
        yield line._replace(words=(center, kind, *neighbors, *numbers))


def _function(settings: Settings, line: Line, elements: Sequence[str]) -> SymmetryFunction:
    kind = settings.integer(line, 1, 0)
    if kind not in (RADIAL, NARROW, WIDE):
        raise settings.error(line, f"expected type 2, 3 or 9, got {kind}; other symmetry functions can't be converted")
    symbols = (line.words[0], *line.words[2 : 3 if kind == RADIAL else 4])
    for symbol in symbols:
        if symbol not in elements:
            raise settings.error(line, f"expected elements of {', '.join(elements)}, got `{symbol}`")
    center, *neighbors = (elements.index(symbol) for symbol in symbols)
    if kind == RADIAL:
        eta, shift, cutoff = settings.numbers(line, 3, 3)
        lam, zeta = 0.0, 1.0
    else:
        eta, lam, zeta, cutoff, *rest = settings.numbers(line, 4, 4 if len(line.words) == 8 else 5)
        shift = rest[0] if rest else 0.0
    if not cutoff > 0.0 or not zeta > 0.0 or eta < 0.0:
        raise settings.error(
            line, f"expected a cutoff and zeta above 0 and eta of 0 or above, got {cutoff:g}, {zeta:g} and {eta:g}"
        )
    return SymmetryFunction(center, kind, tuple(sorted(neighbors)), eta, shift, cutoff, zeta, lam)
