"""Fixture: two processes that share the frames of an analysis; a plugin of `tests/conftest.py`.

They take seconds to start, so they do it once per session. Users write `backend="multiprocessing"` in its place.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tumble.observables.base.processes import Processes


@pytest.fixture(scope="session")
def processes() -> Iterator[Processes]:
    with Processes(2) as made:
        yield made
