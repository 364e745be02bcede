"""The progress of a pass over frames, as one bar on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from tqdm import tqdm

#: Takes how many frames were shown, and how many are to be shown.
Progress = Callable[[int, int], None]


@contextmanager
def progress_bar(title: str, *, shown: bool = True) -> Iterator[Progress]:
    """Show a bar on standard error, `TITLE: 40 %`, which disappears at the end.

    Args:
        title: What is computed.
        shown: Whether there is a bar; else nothing is written.
    """
    bar: tqdm[NoReturn]
    with tqdm(desc=title, bar_format="{desc}: {percentage:.0f} %", leave=False, disable=not shown) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield progress
