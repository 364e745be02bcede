"""Warnings about the runs of a comparison, to be read before the verdicts: drift, unlike settings, shared files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tumble.study.analysis_file import Analysis
from tumble.study.confounders import differences, unequal_lengths
from tumble.study.equilibrium import drift_text


def failed_observables(analyses: Sequence[Analysis]) -> list[str]:
    """Return a note for each observable that failed by a fault of Tumble or of the machine."""
    return [
        f"{analysis.name} has no {observable}: {failure['error']}."
        for analysis in analyses
        for observable, failure in analysis.failed.items()
    ]


def unequal_starts(analyses: Sequence[Analysis], reference: str | None) -> list[str]:
    """Return a note for each run whose analysis starts at another time than that of the reference."""
    if reference is None:
        return []
    starts = {analysis.name: analysis.fact("settings", "start") for analysis in analyses}
    return [
        f"{name} was analyzed from {_ps(start)} on, {reference} from {_ps(starts[reference])} on."
        for name, start in starts.items()
        if start != starts[reference]
    ]


def _ps(time: float | None) -> str:
    return "its start" if time is None else f"{time:g} ps"


def warnings_of(analyses: Sequence[Analysis], reference: Analysis | None) -> Iterable[str]:
    """Yield warnings about the runs of a comparison, as sentences."""
    for analysis in analyses:
        drift = drift_text(analysis.provenance)
        if drift:
            yield f"{analysis.name} {drift}."
        if reference is None or analysis.name == reference.name:
            continue
        found = differences(analysis, reference)
        if found:
            what = ", ".join(found)
            yield f"{analysis.name} differs from {reference.name} not only in its rotations, but also in {what}."
        lengths = unequal_lengths(analysis, reference)
        if lengths:
            yield lengths
        shared = _shared_positions(analysis, reference)
        if shared:
            yield (
                f"{analysis.name} and {reference.name} were analyzed from the same file, {shared}: they aren't "
                "independent, and differences mean nothing."
            )


def _shared_positions(first: Analysis, second: Analysis) -> str:
    """Return the name of a file of positions that both analyses read; empty if there is none."""
    # Runs may share other files, such as a topology or a model for dipoles.
    mine, theirs = _position_files(first), _position_files(second)
    return next((f"`{name}`" for digest, name in mine.items() if digest in theirs), "")


def _position_files(analysis: Analysis) -> dict[str, str]:
    """Return the names of the files of positions by SHA-256, where that is known."""
    files = analysis.provenance.get("files") or {}
    digests = {name: files.get(name, {}).get("sha256") for name in analysis.provenance.get("positions") or ()}
    return {digest: name for name, digest in digests.items() if digest}
