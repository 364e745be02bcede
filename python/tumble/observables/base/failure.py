"""Exceptions that are stored and raised later, possibly in another process."""

from __future__ import annotations

import pickle
import traceback
from typing import Any, NoReturn


class _ElsewhereError(Exception):
    """The traceback of an exception in another process, for the traceback of its twin here."""

    def __str__(self) -> str:
        return f"in another process:\n{self.args[0]}"


class Failure:
    """An exception that was caught.

    Args:
        error: The exception.
        elsewhere: Its traceback as text, if the exception comes from another process.
    """

    def __init__(self, error: Exception, elsewhere: str | None = None) -> None:
        self.error = error
        self._elsewhere = elsewhere

    def throw(self) -> NoReturn:
        """Raise the exception with its traceback; that of another process becomes its cause."""
        if self._elsewhere is None:
            raise self.error
        raise self.error from _ElsewhereError(self._elsewhere)

    def __reduce__(self) -> tuple[Any, ...]:
        """The exception and its traceback as text; of an exception that can't be pickled a `RuntimeError`."""
        text = self._elsewhere or "".join(traceback.format_exception(self.error))
        try:
            pickle.loads(pickle.dumps(self.error))
        except Exception:  # each class of exceptions fails in its own way
            return Failure, (RuntimeError(str(self.error)), text)
        return Failure, (self.error, text)
