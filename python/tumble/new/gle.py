"""Matrices of a colored-noise thermostat on the normal modes of a ring polymer, from a file of the user.

i-PI ships none. https://gle4md.org makes them for a number of beads, a temperature and the highest frequency, in the
format of i-PI: `A` and `C` of PIGLET (Ceriotti, Manolopoulos, Phys. Rev. Lett. 109, 100604 (2012)), each of shape
(beads, n + 1, n + 1).
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tumble.errors import ConfigurationError

_TOLERANCE = 0.02  # of the temperature


@dataclass(frozen=True)
class Gle:
    """Matrices, as the elements of i-PI's input.

    Attributes:
        path: File from which they were read.
        elements: `A` and `C` as XML, one after the other.
        beads: Number of beads for which they were made.
        temperature: Temperature for which they were made, K; None if `C` has units other than kelvin.
    """

    path: Path
    elements: str
    beads: int
    temperature: float | None

    def check(self, beads: int, temperature: float) -> None:
        """Compare with a setup.

        Raises:
            ConfigurationError: If the number of beads or the temperature differs.
        """
        if beads != self.beads:
            raise ConfigurationError(f"`gle`: expected matrices for {beads} beads in `{self.path}`, got {self.beads}")
        if self.temperature is not None and abs(self.temperature - temperature) > _TOLERANCE * temperature:
            raise ConfigurationError(
                f"`gle`: expected matrices for {temperature:g} K in `{self.path}`, got {self.temperature:.4g} K"
            )


def read_gle(path: Path) -> Gle:
    """Read a file that holds the elements `A` and `C`, alone or in a `thermostat` or a whole input.

    Raises:
        ConfigurationError: If the file can't be read, has no such elements, or matrices of other shapes.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"`gle`: expected a file with matrices, got `{path}`: {error}") from error
    try:
        root = ElementTree.fromstring(f"<file>{_without_declaration(text)}</file>")
    except ElementTree.ParseError as error:
        raise ConfigurationError(f"`gle`: expected XML in `{path}`, got {error}") from error
    found = {name: root.find(f".//{name}") for name in ("A", "C")}
    for name, element in found.items():
        if element is None:
            raise ConfigurationError(f"`gle`: expected the elements A and C of `nm_gle` in `{path}`, found no {name}")
    drift, covariance = (_matrices(path, found[name]) for name in ("A", "C"))
    if drift.shape != covariance.shape:
        raise ConfigurationError(f"`gle`: expected A and C of one shape, got {drift.shape} and {covariance.shape}")
    kelvin = (found["C"].get("units") or "") == "kelvin"  # type: ignore[union-attr]  # checked above
    return Gle(
        path=path,
        elements="".join(_text(element) for element in found.values()),
        beads=len(drift),
        # The centroid is classical; i-PI's ring polymer has the temperature times the number of beads.
        temperature=float(covariance[0, 0, 0]) / len(drift) if kelvin else None,
    )


def _matrices(path: Path, element: Any) -> Any:
    """Return the matrices of an element: [beads, n + 1, n + 1]."""
    words = (element.text or "").replace("[", " ").replace("]", " ").replace(",", " ").split()
    shape = [int(word) for word in element.get("shape", "").strip("() ").split(",") if word.strip().isdecimal()]
    try:
        values = np.array(words, dtype=np.float64)
    except ValueError as error:
        raise ConfigurationError(f"`gle`: expected numbers in {element.tag} of `{path}`, got {error}") from error
    if len(shape) != 3 or shape[1] != shape[2] or values.size != np.prod(shape):
        raise ConfigurationError(
            f"`gle`: expected {element.tag} of shape (beads, n, n) in `{path}`, got {values.size} numbers and "
            f"the shape `{element.get('shape', '')}`"
        )
    return values.reshape(shape)


def _text(element: Any) -> str:
    element.tail = "\n"
    return ElementTree.tostring(element, encoding="unicode")


def _without_declaration(text: str) -> str:
    return text.partition("?>")[2] if text.lstrip().startswith("<?xml") else text
