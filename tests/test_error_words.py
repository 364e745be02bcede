"""Errors with many words, with one, and without."""

from __future__ import annotations

from tumble.error_words import error_words


def caught(error: Exception) -> str:
    try:
        raise error
    except type(error) as found:
        return error_words(found)


def test_errors_in_one_line() -> None:
    assert caught(ValueError("\nno such cell\nat all\n")) == "ValueError: no such cell"
    assert caught(KeyError("cutoff")) == "KeyError: 'cutoff'"
    place = caught.__code__.co_firstlineno + 2
    assert caught(AssertionError()) == f"AssertionError in line {place} of test_error_words.py: raise error"
    assert error_words(EOFError()) == "EOFError"
