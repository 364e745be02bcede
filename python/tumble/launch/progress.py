"""One line about a running simulation: rewritten on a terminal, otherwise a line a minute."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import TextIO

from tumble.launch.reading import Details, Reading

_ON_TERMINAL = 1.0  # s between lines
_ELSEWHERE = 60.0


class ProgressLine:
    """Writer of the line.

    Args:
        stream: Where to write.
        terminal: Whether it is a terminal, on which a line can be rewritten.
    """

    def __init__(self, stream: TextIO, *, terminal: bool) -> None:
        self._stream, self._terminal = stream, terminal
        self._interval = _ON_TERMINAL if terminal else _ELSEWHERE
        self._written = time.monotonic() if not terminal else 0.0
        self._width = 0
        self._start: tuple[float, int] | None = None

    def show(self, reading: Reading, details: Callable[[], Details]) -> None:
        """Write the line, if it is time for it.

        Args:
            reading: Latest values.
            details: Returns further values.
        """
        now = time.monotonic()
        if self._start is None and reading.step is not None:
            self._start = now, reading.step
        if now - self._written < self._interval:
            return
        self._written = now
        left = None
        if self._start is not None and reading.step is not None and reading.last is not None:
            done = reading.step - self._start[1]
            left = (reading.last - reading.step) * (now - self._start[0]) / done if done > 0 else None
        self._write(line_of(reading, details(), left, self._columns()))

    def note(self, text: str) -> None:
        """Write a sentence that stays."""
        self.end()
        self._stream.write(f"tumble run: {text}\n")
        self._stream.flush()

    def end(self) -> None:
        """End a line that is being rewritten."""
        if self._terminal and self._width:
            self._stream.write("\n")
            self._stream.flush()
        self._width = 0

    def _columns(self) -> int | None:
        """Return how long a line may be; a longer one would wrap on a terminal, and can't be rewritten then."""
        return shutil.get_terminal_size().columns - 1 if self._terminal else None

    def _write(self, text: str) -> None:
        if self._terminal:
            self._stream.write(f"\r{text:<{self._width}}")
            self._width = len(text)
        else:
            self._stream.write(f"{text}\n")
        self._stream.flush()


def line_of(reading: Reading, details: Details, left: float | None, width: int | None = None) -> str:
    """Return the line.

    Args:
        reading: Latest values.
        details: Further values.
        left: Time to the end, s; None if unknown.
        width: Number of characters, for which the last values are left out; None for no limit.
    """
    if reading.step is None:
        return "starting"
    words = [f"step {reading.step}"]
    if reading.last is not None:
        words = [f"step {reading.step} of {reading.last}"]
    if left is not None:
        words.append(f"{duration(left)} left")
    if reading.temperature is not None:
        words.append(f"T {reading.temperature:.4g} K")
    if reading.drift is not None:
        words.append(f"drift {reading.drift:+.2g} meV/atom/ps")
    if details.torque is not None:
        words.append(f"|τ| {1000 * details.torque:.3g} meV/rad")
    if details.occupancy is not None:
        words.append(f"batches {details.occupancy:.0%} full")
    while width is not None and len(words) > 1 and len(", ".join(words)) > width:
        words.pop()
    return ", ".join(words)


def duration(seconds: float) -> str:
    """Return a time in words such as `45 s`, `12 min` or `3 h 20 min`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes / 1440:.1f} days"
