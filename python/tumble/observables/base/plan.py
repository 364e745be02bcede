"""How an observable follows from a run: what has to see the frames, and the result after that."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tumble.observables.base.frame_analysis import FrameAnalysis
from tumble.observables.quantities.result import Result


@dataclass(frozen=True)
class Plan:
    """How an observable follows from a run.

    Attributes:
        analyses: What has to see the frames; none for an observable of logs.
        conclude: Return the result, after all of them have seen the frames. It takes the `result` of each, which
            raises the error of an analysis that failed.
    """

    analyses: tuple[FrameAnalysis, ...]
    conclude: Callable[[], Result]

    @staticmethod
    def of(analysis: FrameAnalysis) -> Plan:
        """Return the plan of an observable that is the result of one analysis."""
        return Plan((analysis,), lambda: analysis.result)

    @staticmethod
    def known(result: Result) -> Plan:
        """Return the plan of an observable that needs no frames."""
        return Plan((), lambda: result)


def joined(observable: str, results: Iterable[Result]) -> Result:
    """Return several results as one; the metadata of all but the first are stored under their names.

    Args:
        observable: Name of the whole.
        results: The parts, at least one.
    """
    first, *others = results
    parts = (first, *others)
    return Result(
        observable,
        tuple(quantity for result in parts for quantity in result.quantities),
        {**first.metadata, **{result.observable: dict(result.metadata) for result in others}},
        tuple(dict.fromkeys(note for result in parts for note in result.notes)),
    )
