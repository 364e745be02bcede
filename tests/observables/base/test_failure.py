"""Exceptions that are kept and raised later."""

from __future__ import annotations

import pickle
import traceback

import pytest

from tumble.errors import SettingError
from tumble.observables.base.failure import Failure


def caught(error: Exception) -> Failure:
    try:
        raise error
    except Exception as kept:
        return Failure(kept)


def test_the_same_exception_with_its_traceback() -> None:
    error = SettingError("cutoff", "expected less, got more")
    with pytest.raises(SettingError) as raised:
        caught(error).throw()
    assert raised.value is error
    assert "in caught" in "".join(traceback.format_exception(raised.value))


def test_from_another_process_the_traceback_is_the_cause() -> None:
    failure = pickle.loads(pickle.dumps(caught(SettingError("cutoff", "expected less, got more"))))
    failure = pickle.loads(pickle.dumps(failure))  # and on to a third
    with pytest.raises(SettingError, match="expected less, got more") as raised:
        failure.throw()
    assert raised.value.setting == "cutoff"
    assert "in caught" in str(raised.value.__cause__)


class UnpicklableError(Exception):
    """Made of two texts, while `pickle` makes exceptions again of their one message."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


def test_what_cannot_be_pickled_keeps_its_words() -> None:
    failure = pickle.loads(pickle.dumps(caught(UnpicklableError("one", "two"))))
    with pytest.raises(RuntimeError, match="one two") as raised:
        failure.throw()
    assert "UnpicklableError" in str(raised.value.__cause__)
