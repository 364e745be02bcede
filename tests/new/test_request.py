"""Defaults of a request, and what is refused before a structure is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tumble.errors import ConfigurationError, ModelNotFoundError
from tumble.new import Request
from tumble.new.systems.registry import build_system
from tumble.new.systems.system import Choices

FOLDER = Path("run")


@pytest.mark.parametrize(
    ("options", "every"),
    [
        ({}, 10),
        ({"steps": 5}, 5),
        ({"ensemble": "nve"}, 4),
        ({"ensemble": "nve", "timestep": 1.0}, 2),
        ({"ensemble": "nve", "timestep": 3.0}, 1),
        ({"ensemble": "trpmd", "symmetrize": "octahedral", "mts": 4}, 1),
        ({"ensemble": "trpmd", "symmetrize": "octahedral", "mts": 2}, 2),
        ({"ensemble": "nve", "every": 7}, 7),
    ],
)
def test_frames_for_spectra_are_two_femtoseconds_apart(options: dict[str, Any], every: int) -> None:
    assert Request("monomer", FOLDER, **options).outline().every == every


@pytest.mark.parametrize(
    ("system", "options", "words"),
    [
        ("liquid:512", {"mts": 4}, "`mts`: .*none"),
        ("liquid:512", {"mts": 12, "symmetrize": "octahedral"}, "`mts`: .*12 × 0.5 fs"),
        ("liquid:512", {"beads": 0}, "`beads`: .*got 0"),
        ("liquid:512", {"temperature": -1.0}, "`temperature`: .*got -1"),
        ("liquid:512", {"timestep": float("inf")}, "`timestep`: .*got inf"),
        ("liquid:512", {"pressure": float("nan")}, "`pressure`: .*got nan"),
        ("liquid:512", {"every": 100, "steps": 5}, "`every`: .*5, got 100"),
        ("liquid:512", {"ensemble": "nve", "symmetrize": "random"}, "`symmetrize`: .*random"),
        ("liquid:512", {"ensemble": "piglet"}, "`gle`: .*gle4md.*piglet, got none"),
        ("liquid:512", {"springs": "stiff"}, "`springs`: .*`stiff`"),
        ("slab", {"pressure": 1.0}, "`ensemble`: .*npt, got slab"),
        ("plasma", {}, "`system`: .*`plasma`"),
    ],
)
def test_refused_without_the_structure(system: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        Request(system, FOLDER, **options).outline()


def test_unknown_model() -> None:
    with pytest.raises(ModelNotFoundError, match="no-such-model"):
        Request("monomer", FOLDER, model="no-such-model").outline()


def test_temperatures_of_systems() -> None:
    """The outline has that of the system itself, with which matrices of a thermostat are compared."""
    for word in ("monomer", "dimer", "gas:2"):
        outline = Request(word, FOLDER).outline()
        assert outline.temperature == build_system(word, Choices()).temperature
    assert Request("ice:II", FOLDER).outline().temperature == 200.0


def test_sockets_have_paths_of_possible_length() -> None:
    """A path has at most 107 bytes (unix(7)); `tumble run` puts 27 of its own in front."""
    system = build_system("monomer", Choices())
    setups = [
        Request("monomer", folder).setup(type(system)(name=90 * "ä", title="x", atoms=system.atoms))
        for folder in (FOLDER, FOLDER / "b")
    ]
    assert setups[0].address != setups[1].address
    assert len(f"/tmp/ipi_{setups[0].address}-correction".encode()) + 27 <= 107
