"""What an analysis lacks: faults of Tumble, wrong settings, and observables that were requested in vain."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tumble.study.analysis_file import Analysis


def report_faults(analysis: Analysis, path: Path) -> bool:
    """Print which observables failed by a fault of Tumble or of the machine; their tracebacks go to a file.

    Args:
        analysis: As saved.
        path: Its file; see `tumble.study.tracebacks` for that of the tracebacks.

    Returns:
        Whether there are any.
    """
    from tumble.study.analysis_file import grouped
    from tumble.study.tracebacks import write_tracebacks

    file = write_tracebacks(analysis, path)
    failed = analysis.provenance.get("failed", {})
    reasons = {
        name: each["error"] + (f"; please report it, with the traceback in {file}" if "traceback" in each else "")
        for name, each in failed.items()
    }
    for text in grouped(reasons):
        print(f"tumble: error: {text}", file=sys.stderr)
    return bool(failed)


def check_complete(analysis: Analysis, *, by_name: bool) -> None:
    """Fail if a setting was wrong, or a requested observable was skipped.

    Args:
        analysis: Of a run.
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
