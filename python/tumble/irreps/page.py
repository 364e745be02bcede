"""The results of an analysis of irreps as text: a table of the features, and one of what is lost without them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from tumble.counted import counted
from tumble.irreps.ablation import PERMUTED, ZEROED, Effects
from tumble.irreps.bootstrap import Estimate
from tumble.irreps.results import Irreps, PartResult

_NAME = 18
_EFFECT = 15
_DECIMALS = 3


def format_irreps(result: Irreps) -> str:
    """Return the page."""
    lines = [*_head(result), "", *_features(result)]
    if result.options.ablation:
        lines += ["", *_losses(result)]
    return "\n".join(lines)


def _head(result: Irreps) -> Iterator[str]:
    sizes = sorted(set(result.atoms))
    atoms = counted(sizes[0], "atom") if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]} atoms"
    yield f"{result.model}: {counted(len(result.atoms), 'structure')} of {atoms}, {result.frames}"
    worst = max(result.rotation_error.values())
    yield f"{result.dtype}, features turn as declared to {worst:.1e} (relative rms)"
    if not result.parity:
        yield "the parities (e, o) mean nothing, since inversion changes the energy"
    for name, error in result.errors.items():
        if error is not None:
            quantity = result.quantities[name]
            shift = ", mean error off" if quantity.only_differences else ""
            structures = counted(result.labeled[name], "structure")
            yield f"{name}: MAE {quantity.factor * error:.4g} {quantity.unit} on {structures} with labels{shift}"


def _features(result: Irreps) -> Iterator[str]:
    yield f"{'features':{_NAME}}{'channels':>9}{'power':>17}{'gradient':>17}{'ratio':>9}"
    yield from _rows(result, _feature_columns)
    yield "power, gradient: share of the layer, ± bootstrap error over structures"
    yield "ratio: participation ratio, how many channels take part"


def _feature_columns(row: PartResult) -> str:
    found = row.measures
    ratio = "-" if found.participation_ratio is None else f"{found.participation_ratio:.1f}"
    return f"{row.part.channels:9}{_percent(found.power_share):>17}{_percent(found.gradient_share):>17}{ratio:>9}"


def _losses(result: Irreps) -> Iterator[str]:
    names, ways = list(result.quantities), (ZEROED, PERMUTED)
    yield f"{'lost without':{_NAME}}" + "".join(f"{way:>{_EFFECT * len(names)}}" for way in ways)
    yield " " * _NAME + "".join(f"{name:>{_EFFECT}}" for _ in ways for name in names)
    yield " " * _NAME + "".join(f"{result.quantities[name].unit:>{_EFFECT}}" for _ in ways for name in names)
    labeled = [name for name in names if result.errors[name] is not None]

    def columns(effects: Effects) -> str:
        return "".join(f"{_estimate(result.lost(effects, way, name)):>{_EFFECT}}" for way in ways for name in names)

    yield from _rows(result, lambda row: columns(row.effects))
    if result.everywhere:
        yield "all layers at once"
        for irrep, effects in result.everywhere.items():
            yield f"{'  ' + irrep:{_NAME}}{columns(effects)}"
    if labeled:
        yield f"{_listed(labeled)}: increase of the MAE, ± bootstrap error"
    if rest := [name for name in names if name not in labeled]:
        yield f"{_listed(rest)}: mean absolute change (no labels), ± bootstrap error"


def _rows(result: Irreps, columns: Callable[[PartResult], str]) -> Iterator[str]:
    for layer in result.layers:
        yield layer
        for row in result.of(layer):
            yield f"{'  ' + row.part.irrep:{_NAME}}{columns(row)}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(names)


def _percent(share: Estimate | None) -> str:
    if share is None:
        return "-"
    error = "" if share.error is None else f" ± {100.0 * share.error:.1f}"
    return f"{100.0 * share.value:.1f}{error} %"


def _estimate(estimate: Estimate | None) -> str:
    return "-" if estimate is None else _rounded(estimate.value, estimate.error or 0.0)


def _rounded(value: float, error: float) -> str:
    """Return a number and its error with two digits of the error, and at most three decimals."""
    if max(abs(value), error) < 0.5 * 10.0**-_DECIMALS:
        return "0"
    if error == 0.0:
        return f"{value:.3g}"
    decimals = min(_DECIMALS, max(0, 1 - math.floor(math.log10(error))))
    return f"{round(value, decimals) + 0.0:.{decimals}f} ± {error:.{decimals}f}"  # the sum turns -0.0 into 0.0
