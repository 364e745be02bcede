"""Batches and connections."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
from support.ipi_inputs import findings

from tumble.ipi_check.checks.batches import Batches
from tumble.ipi_check.finding import Level


@pytest.mark.parametrize(
    ("words", "connections", "expected"),
    [
        ("<batch_size> 32 </batch_size>", 1, []),
        ("<batch_size> 16 </batch_size>", 2, []),
        ("", 32, []),
        ("", 1, [(Level.NOTE, "one after the other", "<batch_size> 32")]),
        (
            "<batch_size> 64 </batch_size>",
            1,
            [(Level.WARNING, "64 structures, but a step has 32 beads", "<batch_size> 32")],
        ),
        ("<batch_size> 5 </batch_size>", 1, [(Level.NOTE, "the last one of each step has 2", "divisor")]),
        ("<batch_size> 0 </batch_size>", 1, [(Level.ERROR, "at least 1, got 0", "<batch_size> 32")]),
        (
            "<batch_size> 32 </batch_size> <consolidate_messages> False </consolidate_messages>",
            1,
            [(Level.ERROR, "consolidates messages", "remove")],
        ),
        ("", 64, [(Level.NOTE, "64 connections", "`--connections 32`")]),
        (
            "<batch_size> 32 </batch_size>",
            4,
            [(Level.NOTE, "4 connections with batches of 32", "`--connections 1`")],
        ),
    ],
)
def test_sizes(case_of, words: str, connections: int, expected: list[tuple[Level, str, str]]) -> None:
    case = case_of(("ADDRESS </address>", f"ADDRESS </address> {words}"), connections=connections)
    found = findings(Batches, case)
    assert [each.level for each in found] == [level for level, _, _ in expected]
    for each, (_, text, cure) in zip(found, expected, strict=True):
        assert text in each.text
        assert cure in each.cure


def test_beads_of_several_systems(case_of) -> None:
    """Two systems of 32 beads fill batches of 64; only one of them has atoms here."""
    size = ("ADDRESS </address>", "ADDRESS </address> <batch_size> 64 </batch_size>")
    case = case_of(size)
    case.root.append(copy.deepcopy(case.system))
    assert findings(Batches, case) == []


def test_large_systems_on_several_connections(case_of) -> None:
    case = case_of(connections=32)
    case.input = replace(case.input, atoms={"O": 2000, "H": 4000})
    (found,) = findings(Batches, case)
    assert (found.level, "6000 atoms" in found.text) == (Level.WARNING, True)


def test_one_bead(case_of) -> None:
    assert findings(Batches, case_of(("nbeads='32'", "nbeads='1'"))) == []


def test_contracted_ring_polymers(case_of) -> None:
    changes = [("forcefield='tumble'", "forcefield='tumble' nbeads='8'")]
    changes.append(("ADDRESS </address>", "ADDRESS </address> <batch_size> 8 </batch_size>"))
    assert findings(Batches, case_of(*changes)) == []
