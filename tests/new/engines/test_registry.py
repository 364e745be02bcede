"""What the engines of `tumble new` say about a simulation."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ase import Atoms

from tumble.new.engines.registry import ENGINES
from tumble.new.ensembles import ENSEMBLES
from tumble.new.setup import Setup
from tumble.new.systems.system import System
from tumble.simulation_file import ENGINES as KNOWN
from tumble.simulation_file import Expect


def setup_of(ensemble: str = "nvt", **options: Any) -> Setup:
    system = System("water1", "A molecule", Atoms("OHH"))
    return Setup(name="run", system=system, ensemble=ENSEMBLES[ensemble], **options)


def test_engines_are_those_of_simulations() -> None:
    assert set(ENGINES) == set(KNOWN)


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
def test_names_are_those_of_the_files(engine) -> None:
    setup = setup_of()
    assert set(engine.files(setup, "A title.")) == {engine.input_name(setup), engine.structure_name(setup)}
    assert engine.simulation(setup, Expect()).input == engine.input_name(setup)


@pytest.mark.parametrize(
    ("name", "options", "lines"),
    [
        ("lammps", {}, ["lmp -in run.in"]),
        ("lammps", {"beads": 4}, ["mpirun -np 4 lmp -partition 4x1 -in run.in"]),
        ("ipi", {"mts": 4, "symmetrize": "octahedral"}, ["i-pi run.xml &", "tumble drive ", "tumble drive ", "wait"]),
    ],
)
def test_command_lines(name: str, options: dict[str, Any], lines: list[str]) -> None:
    for line, start in zip(ENGINES[name].by_hand(setup_of(**options)), lines, strict=True):
        assert line.startswith(start)


@pytest.mark.parametrize(
    ("name", "ensemble", "beads", "words"),
    [
        ("ipi", "nve", 1, "`conserved` fluctuates"),
        ("lammps", "nve", 1, "`etotal` fluctuates"),
        ("lammps", "nvt", 1, "`econserve` fluctuates"),
        ("lammps", "nve", 4, "`f_beads[4]`, .* fluctuates"),
        ("lammps", "nvt", 4, "`f_beads[4]` .* changes"),
    ],
)
def test_conserved_quantity(name: str, ensemble: str, beads: int, words: str) -> None:
    assert re.match(words.replace("[", r"\["), ENGINES[name].conserved(setup_of(ensemble, beads=beads)))


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        # three atoms at T with f degrees of freedom: T sqrt(2 / f)
        ("ipi", {}, "300 K.* 173.2 K"),  # 6
        ("ipi", {"beads": 4}, "300 K.* 73.9 K"),  # 33
        ("lammps", {}, "300 K.* 173.2 K"),  # 6
        ("lammps", {"symmetrize": "random"}, "300 K.* 141.4 K"),  # 9
        ("lammps", {"beads": 4}, "1200 K.* 693 K"),  # 6, at four times the temperature
    ],
)
def test_temperature(name: str, options: dict[str, Any], words: str) -> None:
    assert re.search(words, ENGINES[name].temperature(setup_of(**options)))
