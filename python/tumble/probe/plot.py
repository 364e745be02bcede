"""Figure of a probe: errors against the number of evaluations, and the spectrum.

Colors are from the palette of Okabe and Ito. Each family also has its own marker, which is filled for sets with
improper partners and open for sets without.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from tumble.counted import counted
from tumble.figure_style import BLUE, GRAY, GREEN, METADATA, PURPLE, STYLE, VERMILION
from tumble.files import write_atomically
from tumble.probe.results import Estimate, Probe, SetErrors
from tumble.probe.spectrum import Spectrum

_FAMILIES = {
    "tumble": (BLUE, "o", "groups and degree:t"),
    "random": (GRAY, "x", "random rotations"),
    "legendre": (VERMILION, "s", "Legendre products (published)"),
    "ipi-lebedev": (GREEN, "^", "i-PI's Lebedev grids"),
    "lebedev": (PURPLE, "D", "Lebedev × (t + 1)"),
}
_MILLI = 1e3
_FLOOR = 1e-9  # meV: smaller errors are rounding and aren't shown on the logarithmic axis


def plot(result: Probe, path: Path) -> None:
    """Write the figure in the format of the suffix.

    Raises:
        OSError: If the file can't be written.
    """
    panels = 2 if result.spectrum is None else 3
    with rc_context(STYLE):
        figure = Figure(figsize=(4.3 * panels, 4.6), layout="constrained")
        axes = figure.subplots(1, panels)
        rows = [*result.sets, *result.random]
        _errors(axes[0], rows, "forces", "force components: rms error / (meV/Å)")
        _errors(axes[1], rows, "energy_per_atom", "energy: rms error / (meV/atom)")
        if result.spectrum is not None:
            _spectrum(axes[2], result.spectrum)
        figure.legend(handles=_handles(rows), loc="outside lower center", ncols=panels, frameon=False)
        figure.suptitle(
            f"{result.model}, {counted(result.structures, 'structure')}, reference {result.reference.name}",
            fontsize=STYLE["font.size"],
        )
        kind = path.suffix.removeprefix(".").lower()
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind, dpi=150, metadata=METADATA.get(kind))
    write_atomically(path, buffer.getvalue())


def _errors(axes: Axes, rows: list[SetErrors], quantity: str, label: str) -> None:
    for family, (color, marker, _) in _FAMILIES.items():
        for inversion in (False, True):
            chosen = [row for row in rows if (row.family, row.inversion) == (family, inversion)]
            points = sorted((row.evaluations, *_bar(getattr(row, quantity))) for row in chosen)
            points = [point for point in points if point[1] > _FLOOR]
            if not points:
                continue
            axes.errorbar(
                [count for count, _, _ in points],
                [value for _, value, _ in points],
                yerr=[error for _, _, error in points],
                color=color,
                marker=marker,
                markerfacecolor=color if inversion else "white",
                linestyle="-" if inversion else ":",
                linewidth=1.0,
                capsize=2,
            )
    axes.set(xscale="log", yscale="log", xlabel="evaluations of the model", ylabel=label)


def _bar(estimate: Estimate) -> tuple[float, float]:
    """Return the value and error bar in meV."""
    return _MILLI * estimate.rms, _MILLI * (estimate.rms_error or 0.0)


def _spectrum(axes: Axes, spectrum: Spectrum) -> None:
    degrees = np.arange(len(spectrum.even))
    rest = float(np.sqrt(max(spectrum.rest, 0.0)))
    for powers, offset, color, hatch, label in (
        (spectrum.even, -0.2, BLUE, "", "even under inversion"),
        (spectrum.odd, 0.2, "#E69F00", "//", "odd under inversion"),
    ):
        heights = _MILLI * np.sqrt(powers)
        axes.bar(degrees + offset, heights, width=0.4, color=color, hatch=hatch, edgecolor="white", label=label)
    axes.bar([len(degrees)], [_MILLI * rest], width=0.6, color="#999999", label="both")
    axes.set_xticks([*degrees.tolist(), len(degrees)], [*map(str, degrees), f"> {degrees[-1]}"])
    axes.set(xlabel="degree l of rotation", ylabel="rms of that degree of E(R) / meV")
    axes.legend(frameon=False)


def _handles(rows: list[SetErrors]) -> list[Line2D]:
    """Return legend entries for the families that are present, and for filled and open markers."""
    present = {row.family for row in rows}
    handles = [
        Line2D([], [], color=color, marker=marker, linestyle="", label=label)
        for family, (color, marker, label) in _FAMILIES.items()
        if family in present
    ]
    filled = Line2D([], [], color="black", marker="o", linestyle="-", label="with inversion")
    empty = Line2D([], [], color="black", marker="o", markerfacecolor="white", linestyle=":", label="without")
    return [*handles, filled, empty]
