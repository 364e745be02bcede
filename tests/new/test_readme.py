"""Sentences of the README that depend on the simulation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tumble.new.engines.registry import ENGINES
from tumble.new.ensembles import ENSEMBLES
from tumble.new.reading import Reading
from tumble.new.readme import readme, title_of
from tumble.new.setup import Setup
from tumble.new.systems.registry import build_system
from tumble.new.systems.system import Choices, Start

READING = Reading(
    energy=-468.5,
    torque=0.012,
    bare_energy=-468.4,
    bare_torque=0.02,
    seconds=0.02,
    extrapolated=False,
    processes=1,
    cores=2,
    threads=1,
    range=8.0,
    exact=False,
)


def text_of(engine: str, ensemble: str, system: str = "monomer", **options: Any) -> str:
    """The README in one line."""
    setup = Setup("a", build_system(system, Choices()), ENSEMBLES[ensemble], **options)
    return " ".join(readme(setup, ENGINES[engine], title_of(setup), READING, None).split())


@pytest.mark.parametrize(("engine", "ensemble"), [("ipi", "trpmd"), ("ipi", "nve"), ("lammps", "nve")])
def test_nothing_keeps_the_temperature_of_centroids_without_a_thermostat(engine: str, ensemble: str) -> None:
    text = text_of(engine, ensemble, beads=4)
    assert "stays at 300 K" not in text
    assert "nothing brings the centroids to 300 K" in text


def test_temperatures_with_a_thermostat() -> None:
    assert "The temperature stays at 300 K" in text_of("ipi", "nvt", beads=4)
    assert "its mean is 1200 K" in text_of("lammps", "nvt", beads=4)


def test_numbers_and_time() -> None:
    """20000 steps of 20 ms are 400 s for 10 ps: 2.2 ns a day."""
    text = text_of("lammps", "nvt")
    assert "-468.5000 eV | first row: `pe`" in text
    assert "12.00 meV/rad" in text
    assert "20 ms for a step" in text
    assert "**6.67 minutes** in all, or 2.2 ns a day" in text
    assert "frame torque, rms | 9 meV/rad" in text


def test_outputs_have_their_size() -> None:
    """2001 frames of three atoms of 75 bytes; of centroids, velocities and the torques of four beads, some more."""
    assert "2001 frames; all outputs take about 450 kB" in text_of("lammps", "nvt")
    few, many = (text_of("ipi", "trpmd", beads=beads).split("take about ")[1].split(" MB. ")[0] for beads in (4, 8))
    assert float(few) < float(many) < 2 * float(few)


def test_tables_have_rows() -> None:
    """No number is known for random rotations of other systems, nor for bare beads of a checkpoint."""
    system = replace(build_system("gas:2", Choices()), start=Start("", 1, 10, "water"))
    setup = Setup("a", system, ENSEMBLES["nvt"])
    text = readme(setup, ENGINES["ipi"], title_of(setup), READING, None)
    assert "Numbers to compare with" not in text
    assert "Numbers to compare with" in text_of("ipi", "nvt")


def test_long_outer_steps_are_watched() -> None:
    text = text_of("lammps", "nve", symmetrize="octahedral", mts=8)
    assert "An outer step above 3 fs" in text
    assert "energy without rotations | -468.4000 eV" in text
