"""Drivers that end before the run does."""

from __future__ import annotations

from support.ipi_inputs import SOCKET, findings

from tumble.ipi_check.checks.disconnects import Disconnects
from tumble.ipi_check.finding import Level

SAFE = (
    "ADDRESS </address>",
    "ADDRESS </address> <exit_on_disconnect> True </exit_on_disconnect> "
    "<consolidate_messages> False </consolidate_messages>",
)


def test_nothing_to_say(case_of) -> None:
    assert findings(Disconnects, case_of(SAFE)) == []


def test_notes(case_of) -> None:
    first, second = findings(Disconnects, case_of())
    assert ("<exit_on_disconnect> True" in first.cure, "<consolidate_messages> False" in second.cure) == (True, True)
    assert {first.level, second.level} == {Level.NOTE}


def test_batches_need_consolidated_messages(case_of) -> None:
    change = ("ADDRESS </address>", "ADDRESS </address> <batch_size> 32 </batch_size>")
    assert findings(Disconnects, case_of(change))[1].cure == ""


def test_several_in_one_sentence(case_of) -> None:
    other = SOCKET.replace("'tumble'", "'other'")
    assert [
        each.text.count("`tumble`, `other`") for each in findings(Disconnects, case_of((SOCKET, SOCKET + other)))
    ] == [1, 1]


def test_locks(case_of) -> None:
    (found,) = findings(Disconnects, case_of(("mode='unix'", "mode='unix' matching='lock'")), Level.WARNING)
    assert found.cure == "remove `matching`"
