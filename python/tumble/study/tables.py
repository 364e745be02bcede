"""Tables of results and verdicts as plain text, for terminals."""

from __future__ import annotations

from tumble.observables.quantities.summary_text import aligned, summaries
from tumble.study.analysis_file import Analysis, grouped
from tumble.study.compare import Comparison
from tumble.study.equilibrium import drift_text
from tumble.trajectories.nuclei import Nuclei


def format_numbers(analysis: Analysis) -> str:
    """Return the numbers of an analysis, one line for each curve and map, and all notes."""
    lines = [f"{analysis.name}: {_headline(analysis)}"]
    drift = drift_text(analysis.provenance)
    lines += [f"warning: {analysis.name} {drift}"] if drift else []
    lines += [f"note: {note}" for note in analysis.provenance.get("notes", ())]
    for result in analysis.results:
        lines += ["", result.observable]
        lines += [f"  {line}" for line in summaries(result.quantities)]
        lines += [f"  note: {note}" for note in result.notes]
    skipped = analysis.provenance.get("skipped", {}) | analysis.provenance.get("refused", {})
    if skipped:
        lines += ["", "not analyzed"]
        lines += [f"  {text}" for text in grouped(skipped)]
    if analysis.failed:
        lines += ["", "failed"]
        lines += [f"  {text}" for text in grouped({name: each["error"] for name, each in analysis.failed.items()})]
    return "\n".join(lines)


def format_comparison(comparison: Comparison) -> str:
    """Return the verdicts by run and reference, with a headline, warnings and notes below."""
    lines = []
    for run in dict.fromkeys(row.run for row in comparison.rows):
        rows = [row for row in comparison.rows if row.run == run]
        for reference in dict.fromkeys(row.reference for row in rows):
            lines += [f"{run} against {reference}"]
            lines += aligned(
                [
                    ["!" if row.visible and not row.diagnostic else " ", row.observable, row.quantity, row.text]
                    for row in rows
                    if row.reference == reference
                ]
            )
            lines += [""]
    lines += [headline(comparison)]
    lines += [f"warning: {text}" for text in comparison.warnings]
    lines += [f"note: {note}" for note in comparison.notes]
    return "\n".join(lines)


def headline(comparison: Comparison) -> str:
    """Return the numbers of tested and visible verdicts in one sentence."""
    rows = [row for row in comparison.rows if not row.diagnostic]
    if not rows:
        return "nothing could be compared"
    seen, tested = [row for row in rows if row.visible], comparison.tested
    explained = sum(bool(row.explained) for row in seen)
    words = f"{tested} of {len(rows)} comparisons could be tested"
    if tested > 0:
        words += f", {len(seen)} of these show a difference" + (" (marked with !)" if seen else "")
    if explained:
        which = "which" if explained == len(seen) else f"{explained} of which"
        words += f", {which} may be explained by the warnings"
    if 2 * tested < len(rows):
        words += "; the runs are too short for the rest"
    return words


def _headline(analysis: Analysis) -> str:
    given = analysis.provenance
    words = [str(given.get("engine", "")), str(given.get("ensemble", ""))]
    if given.get("temperature_K") is not None:
        words.append(f"{given['temperature_K']:.4g} K")
    nuclei = given.get("nuclei")
    if nuclei is None and given.get("beads", 1) > 1:
        nuclei = f"{given['beads']} beads"
    if nuclei is not None and nuclei != Nuclei.CLASSICAL:
        words.append(nuclei)
    if given.get("length_ps") is not None:
        words.append(f"{given['length_ps']:.4g} ps")
    return ", ".join(word for word in words if word)
