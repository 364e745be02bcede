"""Setups that don't fit together are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ase import Atoms

from tumble.errors import ConfigurationError
from tumble.new.ensembles import ENSEMBLES, find_ensemble
from tumble.new.lammps_input import check_lammps
from tumble.new.setup import Setup
from tumble.new.systems.system import System

BOX = System("salt", "a box", Atoms("NaCl", [[0, 0, 0], [2, 0, 0]], cell=[6, 6, 6], pbc=True), barostat="isotropic")
MOLECULE = System("water", "a molecule", Atoms("OHH"))
OPEN = System("molecule", "a molecule", Atoms("NaCl", [[0, 0, 0], [2, 0, 0]]))


def setup(ensemble: str = "nvt", system: System = BOX, **options: Any) -> Setup:
    return Setup("a", system, ENSEMBLES[ensemble], **options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"beads": 0}, "`beads`: .*got 0"),
        ({"temperature": -1.0}, "`temperature`: .*got -1"),
        ({"ensemble": "npt"}, "`ensemble`: "),
        ({"ensemble": "npt", "system": OPEN, "pressure": 1.0}, "`ensemble`: .*npt"),
        ({"pressure": 1.0}, "`pressure`: .*nvt"),
        ({"ensemble": "trpmd"}, "`beads`: .*trpmd, got 1"),
        ({"ensemble": "piglet", "beads": 6}, "`gle`: .*none"),
        ({"economized": True}, "`springs`: .*beads: 1"),
        ({"mts": 4}, "`mts`: .*none"),
        ({"mts": 12, "symmetrize": "octahedral", "system": MOLECULE}, "`mts`: .*12 × 0.5 fs"),
        ({"ensemble": "nve", "symmetrize": "random"}, "`symmetrize`: .*random"),
        ({"ensemble": "trpmd", "beads": 4, "symmetrize": "random"}, "`symmetrize`: .*trpmd"),
        ({"symmetrize": "cubic"}, "`symmetrize`: .*cubic"),
    ],
)
def test_impossible(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        setup(**options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"ensemble": "trpmd", "beads": 4}, "trpmd"),
        ({"economized": True, "beads": 4}, "eco"),
        ({"mts": 4, "symmetrize": "octahedral", "beads": 4}, "beads: 4"),
        ({"mts": 4, "symmetrize": "octahedral", "ensemble": "npt", "pressure": 1.0}, "npt"),
    ],
)
def test_lammps_cannot(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=f"`engine`: expected ipi .*{words}"):
        check_lammps(setup(**options))


@pytest.mark.parametrize("model", ["my model.pt", "a#b.pt", "$model.pt", "it's.pt"])
def test_lammps_cannot_read_names_with_special_characters(model: str) -> None:
    with pytest.raises(ConfigurationError, match=r"`model`: .*link"):
        check_lammps(setup(model=model))


def test_long_outer_steps_are_for_what_has_no_hydrogen() -> None:
    assert setup(mts=12, symmetrize="octahedral", system=BOX).outer == 6.0


def test_unknown_ensemble() -> None:
    with pytest.raises(ConfigurationError, match=r"`ensemble`: .*`nvtt`; did you mean `nvt`"):
        find_ensemble("nvtt")


def test_large_beads_are_sent_one_by_one() -> None:
    large = replace(BOX, atoms=BOX.atoms * (6, 6, 6))
    assert setup(beads=8).batch_size == 8
    assert setup(beads=8, system=large).batch_size == 1
    assert setup(beads=8, batch=False).batch_size == 1


def test_thermostats_act_on_each_atom_where_they_have_to() -> None:
    assert not setup().local
    assert setup(symmetrize="random").local
    assert setup(beads=2).local
