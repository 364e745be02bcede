"""What the parent does when a process dies, without starting one."""

from __future__ import annotations

import multiprocessing

import pytest

from tumble.errors import EvaluationError, StructureError
from tumble.probe import workers


def test_a_dead_process_is_noticed():
    here, there = multiprocessing.Pipe()
    there.close()
    with here, pytest.raises(EvaluationError, match=r"process died"):
        workers._next({here}, print)


def test_messages():
    here, there = multiprocessing.Pipe()
    told = []
    with here, there:
        there.send(("evaluated", 7))
        there.send(("record", (3, "record")))
        assert workers._next({here}, told.append) == (here, (3, "record"))
        assert told == [7]
        there.send(("error", ("StructureError", "structure 2: no")))
        with pytest.raises(StructureError, match="structure 2: no"):
            workers._next({here}, told.append)
