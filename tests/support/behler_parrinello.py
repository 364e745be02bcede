"""Behler-Parrinello potentials by plain loops, and folders with small ones.

The formulas are those of J. Behler, J. Chem. Phys. 134, 074106 (2011), with cutoff functions and scaling from the
manual of n2p2 (https://compphysvienna.github.io/n2p2), in its units: nothing here is shared with the code under test.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from ase import Atoms
from ase.neighborlist import neighbor_list

HARTREE, BOHR = 27.211386245988, 0.529177210903  # eV and Å, CODATA 2018
RADIAL, NARROW, WIDE = 2, 3, 9


class Function(NamedTuple):
    """One symmetry function; neighbors are chemical symbols, lengths are in Bohr."""

    center: str
    kind: int
    neighbors: tuple[str, ...]
    eta: float
    cutoff: float
    shift: float = 0.0
    lam: float = 1.0
    zeta: float = 1.0

    def line(self) -> str:
        """Return it as a line of `input.nn`."""
        names = " ".join(self.neighbors)
        if self.kind == RADIAL:
            return f"symfunction_short {self.center} 2 {names} {self.eta} {self.shift} {self.cutoff}"
        words = [self.center, self.kind, names, self.eta, self.lam, self.zeta, self.cutoff]
        return " ".join(map(str, ["symfunction_short", *words, *([self.shift] if self.shift else [])]))


def cutoff_function(form: int, inner: float, cutoff: float, r: float) -> float:
    """Return the value at a distance."""
    if r >= cutoff:
        return 0.0
    x = max(0.0, (r - inner * cutoff) / (cutoff - inner * cutoff))
    return {
        0: lambda: 1.0,
        1: lambda: 0.5 * (math.cos(math.pi * x) + 1.0),
        2: lambda: math.tanh(1.0 - r / cutoff) ** 3,
        3: lambda: (math.tanh(1.0 - r / cutoff) * (math.e + 1 / math.e) / (math.e - 1 / math.e)) ** 3,
        4: lambda: math.exp(1.0) * math.exp(-1.0 / (1.0 - x * x)),
        5: lambda: (2 * x - 3) * x**2 + 1,
        6: lambda: ((15 - 6 * x) * x - 10) * x**3 + 1,
        7: lambda: (x * (x * (20 * x - 70) + 84) - 35) * x**4 + 1,
        8: lambda: (x * (x * ((315 - 70 * x) * x - 540) + 420) - 126) * x**5 + 1,
    }[form]()


def value(function: Function, form: int, inner: float, vectors: np.ndarray, symbols: Sequence[str]) -> float:
    """Return the value of a function for a center with neighbors at vectors [n, 3], in Bohr."""

    def gauss(r: float) -> float:
        return math.exp(-function.eta * (r - function.shift) ** 2) * cutoff_function(form, inner, function.cutoff, r)

    lengths = np.linalg.norm(vectors, axis=1)
    if function.kind == RADIAL:
        return sum(gauss(r) for r, symbol in zip(lengths, symbols, strict=True) if symbol == function.neighbors[0])
    total = 0.0
    for j in range(len(vectors)):
        for k in range(j):
            if sorted((symbols[j], symbols[k])) != sorted(function.neighbors):
                continue
            base = 1.0 + function.lam * (vectors[j] @ vectors[k]) / (lengths[j] * lengths[k])
            term = max(base, 0.0) ** function.zeta * gauss(lengths[j]) * gauss(lengths[k])
            if function.kind == NARROW:
                term *= gauss(float(np.linalg.norm(vectors[j] - vectors[k])))
            total += term
    return 2.0 ** (1.0 - function.zeta) * total


def neighborhoods(atoms: Atoms, cutoff: float) -> list[tuple[np.ndarray, list[str]]]:
    """Return vectors to the neighbors of each atom, in Bohr, and their symbols; the cutoff is in Bohr."""
    center, neighbor, vectors = neighbor_list("ijD", atoms, cutoff * BOHR)
    return [(vectors[center == i] / BOHR, [atoms.symbols[j] for j in neighbor[center == i]]) for i in range(len(atoms))]


ACTIVATIONS = {
    "l": lambda x: x,
    "t": np.tanh,
    "s": lambda x: 1.0 / (1.0 + np.exp(-x)),
    "p": lambda x: np.log(1.0 + np.exp(x)),
    "r": lambda x: np.maximum(x, 0.0),
    "g": lambda x: np.exp(-0.5 * x * x),
    "c": np.cos,
    "S": lambda x: 1.0 - 1.0 / (1.0 + np.exp(-x)),
    "e": lambda x: np.exp(-x),
    "h": lambda x: x * x,
}


class Element(NamedTuple):
    """The network of an element: nodes of its hidden layers, and all weights in the order of the file."""

    symbol: str
    number: int
    nodes: tuple[int, ...]
    offset: float


#: Two elements with networks of different widths; scaling and normalization come as settings.
ELEMENTS = (Element("H", 1, (3, 2), -0.6), Element("O", 8, (4, 2), -75.1))
CUTOFF = 7.0
#: In the order in which n2p2 counts them.
FUNCTIONS = {
    "H": (
        Function("H", RADIAL, ("H",), 0.1, 6.0, shift=0.5),
        Function("H", RADIAL, ("O",), 0.1, CUTOFF),
        Function("H", NARROW, ("H", "O"), 0.03, CUTOFF, lam=-1.0),
        Function("H", NARROW, ("H", "O"), 0.03, CUTOFF),
    ),
    "O": (
        Function("O", RADIAL, ("H",), 0.01, CUTOFF),
        Function("O", RADIAL, ("O",), 0.01, CUTOFF),
        Function("O", RADIAL, ("H",), 0.2, CUTOFF, shift=1.0),
        Function("O", NARROW, ("H", "H"), 0.03, CUTOFF, zeta=4.0),
        Function("O", WIDE, ("H", "O"), 0.01, CUTOFF, shift=0.4, lam=-1.0, zeta=2.0),
    ),
}


class Folder(NamedTuple):
    """A potential with random weights, and what its energies should be.

    Attributes:
        path: Of the folder.
        weights: All weights of each element, in the order of the file.
        statistics: Minimum, maximum, mean and deviation of each function of each element.
        settings: Lines of `input.nn` besides functions, elements and nodes.
        activations: Letters of the hidden layers.
    """

    path: Path
    weights: dict[str, np.ndarray]
    statistics: dict[str, np.ndarray]
    settings: tuple[str, ...]
    activations: tuple[str, str]

    def energy(self, atoms: Atoms) -> float:
        """Return the energy in eV."""
        words = {line.split()[0]: line.split()[1:] for line in self.settings}
        form, *inner = words["cutoff_type"]
        conv, mean = (
            float(words.get(name, default)[0]) for name, default in (("conv_energy", "1"), ("mean_energy", "0"))
        )
        total = 0.0
        for symbol, (vectors, symbols) in zip(atoms.symbols, neighborhoods(atoms, CUTOFF), strict=True):
            inner_cutoff = float(inner[0]) if inner else 0.0
            inputs = [value(f, int(form), inner_cutoff, vectors, symbols) for f in FUNCTIONS[symbol]]
            element = next(e for e in ELEMENTS if e.symbol == symbol)
            total += (
                self._network(element, self._scaled(symbol, np.array(inputs), words)) / conv + mean + element.offset
            )
        return total * HARTREE

    def _scaled(self, symbol: str, g: np.ndarray, words: dict[str, list[str]]) -> np.ndarray:
        low, high, mean, sigma = self.statistics[symbol].T
        start, end = (float(words.get(f"scale_{which}_short", [d])[0]) for which, d in (("min", "0"), ("max", "1")))
        scale, center = "scale_symmetry_functions" in words, "center_symmetry_functions" in words
        if scale:
            return start + (end - start) * (g - (mean if center else low)) / (high - low)
        if center:
            return g - mean
        return start + (end - start) * (g - mean) / sigma if "scale_symmetry_functions_sigma" in words else g

    def _network(self, element: Element, x: np.ndarray) -> float:
        numbers = iter(self.weights[element.symbol])
        for nodes, letter in zip((*element.nodes, 1), (*self.activations, "l"), strict=True):
            sums = np.zeros(nodes)
            for number in x:
                sums += [number * next(numbers) for _ in range(nodes)]
            sums += [next(numbers) for _ in range(nodes)]
            x = ACTIVATIONS[letter](sums / len(x) if "normalize_nodes" in self.settings else sums)
        return float(x[0])


def write_folder(path: Path, *settings: str, activations: tuple[str, str] = ("t", "t")) -> Folder:
    """Write a potential with random weights; settings are lines of `input.nn` with cutoff, scaling and the like."""
    path.mkdir()
    draw = np.random.default_rng(5)
    lines = ["number_of_elements 2", "elements O H  # in any order", "global_hidden_layers_short 2"]
    lines += ["global_nodes_short 3 2", f"global_activation_short {' '.join(activations)} l", *settings, "epochs 10"]
    lines += ["element_nodes_short O 1 4", *(f"atom_energy {e.symbol} {e.offset}" for e in ELEMENTS)]
    shuffled = draw.permutation([f.line() for functions in FUNCTIONS.values() for f in functions])
    (path / "input.nn").write_text("\n".join([*lines, *shuffled]) + "\n")
    weights, statistics, scaling = {}, {}, ["# comment"]
    for k, element in enumerate(ELEMENTS, 1):
        sizes = (len(FUNCTIONS[element.symbol]), *element.nodes, 1)
        count = sum((a + 1) * b for a, b in zip(sizes, sizes[1:], strict=False))  # noqa: RUF007 - plain
        weights[element.symbol] = draw.standard_normal(count)
        text = "".join(f"{w!r} a 1 2\n" for w in weights[element.symbol].tolist())
        (path / f"weights.{element.number:03d}.data").write_text("# header\n" + text)
        low = draw.uniform(0.0, 0.1, sizes[0])
        statistics[element.symbol] = np.stack([low, low + 2.0, low + 0.7, low + 0.3], 1)
        for n, row in enumerate(statistics[element.symbol].tolist(), 1):
            scaling.append(f"{k} {n} " + " ".join(map(repr, row)))
    (path / "scaling.data").write_text("\n".join([*scaling, "-1.5 -1.2"]) + "\n")
    return Folder(path, weights, statistics, settings, activations)
