"""The results of an audit as one page of text, at most 80 columns wide except for long names."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from tumble.audit.results import Audit, Finding, Result
from tumble.counted import counted

_WIDTH = 80
_NAME = 19
_LEGEND = "noise: what rounding alone would give; exact: at most five times that"


def format_audit(audit: Audit) -> str:
    """Return the page."""
    return "\n".join([*_head(audit), "", *_table(audit)])


def verdict(result: Result) -> str:
    """Return how a number compares with its rounding, in words."""
    if result.measure.noise:
        return "noise"
    if result.exact:
        return "exact"
    if result.rounding == 0.0:
        return "not exact"
    return f"{_rough(result.value / result.rounding)} x noise"


def _head(audit: Audit) -> Iterator[str]:
    sizes = sorted(set(audit.atoms))
    atoms = counted(sizes[0], "atom") if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]} atoms"
    yield f"{audit.subject}: {counted(len(audit.atoms), 'structure')} of {atoms}, {audit.frames}"
    known = {
        "cutoff": None if audit.properties["cutoff"] is None else f"cutoff {audit.properties['cutoff']:g} Å",
        "depth": None if audit.properties["depth"] is None else f"depth {audit.properties['depth']}",
        "dtype": audit.properties["dtype"],
    }
    yield ", ".join([audit.kind, *(text for text in known.values() if text), f"{audit.evaluations} evaluations"])
    yield f"forces {1e3 * audit.force_rms:.4g} meV/Å rms per component, energy {audit.energy_per_atom:.6g} eV/atom"
    yield from textwrap.wrap(f"symmetry: {audit.symmetry}", _WIDTH, subsequent_indent="  ")


def _table(audit: Audit) -> Iterator[str]:
    yield f"{'':{_NAME}}{'rms':>9}{'±':>8}{'noise':>9}  {'unit':9}{'of forces':>9}  verdict"
    for finding in audit.findings:
        yield from _rows(finding, audit.force_rms)
    yield _LEGEND


def _rows(finding: Finding, force_rms: float) -> Iterator[str]:
    for result in finding.results:
        quantity = result.measure.quantity
        share = ""
        if quantity.of_forces and force_rms > 0.0:
            share = _percent(result.value / quantity.factor / force_rms)
        error = "" if result.error is None else f"{result.error:.2g}"
        yield (
            f"{result.measure.name:{_NAME}}{result.value:9.3g}{error:>8}{result.rounding:9.2g}  {quantity.unit:9}"
            f"{share:>9}  {verdict(result)}"
        )
    yield from finding.lines
    for word, text in (("not applicable", finding.reason), ("FAILED", finding.failure)):
        if text is not None:
            indent = " " * (_NAME + 1)
            yield from textwrap.wrap(f"{finding.name:{_NAME}} {word}: {text}", _WIDTH, subsequent_indent=indent)


def _percent(share: float) -> str:
    return "< 0.001 %" if 0.0 < share < 1e-5 else f"{100.0 * share:.2g} %"


def _rough(number: float) -> str:
    """Return a number in at most six characters."""
    if number < 10.0:
        return f"{number:.2g}"
    return f"{float(f'{number:.2g}'):,.0f}" if number < 9.9e4 else f"{number:.0e}"
