"""Machine-learning potentials that are only approximately rotation-invariant, in production simulations.

    potential = tumble.load("water")              # evaluates graphs; the compiled core behind every face
    atoms.calc = tumble.Calculator("water")       # ASE
    atoms.calc = tumble.Symmetrized(EMT(), "icosahedral")  # any other calculator of ASE
    tumble.export(network, "mine.pt", ...)        # writes a model file

Importing the package takes almost no time, since LAMMPS imports it at each start to find the plugin. The names below
load torch only when they are first used (PEP 562).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tumble.build import require_torch
from tumble.lazy_names import lazy_names
from tumble.version import __version__

if TYPE_CHECKING:
    from tumble._core import Potential
    from tumble.calculator import Calculator
    from tumble.model_file import export, load
    from tumble.symmetrized import Symmetrized

__all__ = ["Calculator", "Potential", "Symmetrized", "__version__", "export", "load"]

_HOME = {
    "Calculator": "tumble.calculator",
    "Potential": "tumble._core",
    "Symmetrized": "tumble.symmetrized",
    "export": "tumble.model_file",
    "load": "tumble.model_file",
}

_found = lazy_names(__name__, _HOME)


def __getattr__(name: str) -> object:
    if name in _HOME:
        require_torch()
    return _found(name)
