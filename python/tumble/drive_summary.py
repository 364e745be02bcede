"""What a run of the driver came to, in a sentence for people and in a line for programs.

The line, which is written once a minute and at the end, is `tumble: ` and a JSON object:

    format       "tumble-drive-1"
    evaluations  number of evaluated structures
    calls        number of calls of the model; one evaluates all structures that came together
    largest      largest number of structures that came together
    places       number of structures for which the server had places: batch size, times the connections that it used
    seconds      time from the first structure on: in the `model`, in `gathering` (waiting for structures to evaluate
                 together), and waiting for the `server`
    exited       whether the server sent EXIT
    reason       how the run ended, or `still running`
"""

from __future__ import annotations

from tumble import _core
from tumble.json_text import json_text

FORMAT = "tumble-drive-1"


def summary_line(summary: _core.DriveSummary) -> str:
    """Return the line for programs, without a newline."""
    values = {
        "format": FORMAT,
        "evaluations": summary.evaluations,
        "calls": summary.calls,
        "largest": summary.largest,
        "places": summary.places,
        "seconds": _seconds(summary.times),
        "exited": summary.exited,
        "reason": summary.reason,
    }
    return f"tumble: {json_text(values)}".rstrip()


def summary_words(summary: _core.DriveSummary) -> str:
    """Return the sentence for people."""
    words = f"{summary.evaluations} evaluations; {summary.reason}"
    if summary.calls == 0:
        return words
    together = ""
    if summary.places > 1:
        together = (
            f"; {summary.evaluations / summary.calls:.1f} structures at once on average, at most {summary.largest} "
            f"(the server had places for {summary.places})"
        )
    seconds = _seconds(summary.times)
    total = sum(seconds.values())
    model, gathering, server = (f"{100.0 * part / total if total > 0.0 else 0.0:.0f} %" for part in seconds.values())
    return f"{words}{together}; {total:.1f} s: {model} model, {server} waiting for the server, {gathering} gathering"


def _seconds(times: _core.DriveTimes) -> dict[str, float]:
    return {"model": times.model, "gathering": times.gathering, "server": times.server}
