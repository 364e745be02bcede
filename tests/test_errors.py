"""The hierarchy of errors."""

from __future__ import annotations

from tumble import errors


def test_every_error_is_a_tumble_error():
    for name in errors.__all__:
        assert issubclass(getattr(errors, name), errors.TumbleError)
    assert issubclass(errors.TumbleError, RuntimeError)
