"""Messages about observables without a result: faults of Tumble, wrong settings, requested but skipped ones."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tumble.cli.terminal import printable

if TYPE_CHECKING:
    from tumble.study.analysis_file import Analysis


def report_faults(analysis: Analysis, tracebacks: Path | None) -> bool:
    """Print which observables of an analysis failed by a fault of Tumble or of the machine.

    Args:
        analysis: Analysis of a run, made now or stored.
        tracebacks: The file with the tracebacks, see `tumble.study.tracebacks`; None if there are none.

    Returns:
        Whether there are any, in which case the exit status is 1.
    """
    from tumble.study.analysis_file import grouped

    reasons = {
        name: failure["error"]
        + (f"; please report it, with the traceback in {tracebacks}" if "traceback" in failure else "")
        for name, failure in analysis.failed.items()
    }
    for text in grouped(reasons):
        print(printable(f"tumble: error: {analysis.name}: {text}"), file=sys.stderr)
    return bool(reasons)


def check_complete(analysis: Analysis, *, by_name: bool) -> None:
    """Fail if a setting was wrong, or a requested observable was skipped.

    Args:
        analysis: Analysis of a run.
        by_name: Whether observables were requested by name.

    Raises:
        ConfigurationError: If only the frames showed that a setting was wrong.
        NotApplicableError: If the run doesn't allow a requested observable.
    """
    from tumble.errors import ConfigurationError, NotApplicableError
    from tumble.study.analysis_file import grouped

    if refused := analysis.provenance.get("refused"):
        raise ConfigurationError("; ".join(grouped(refused)))
    if by_name and (skipped := analysis.provenance.get("skipped")):
        raise NotApplicableError("; ".join(grouped(skipped)))
