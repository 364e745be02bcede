"""The page `report.html`, which needs no other file."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from scipy import constants

from tumble.analysis import Average, RadialDistribution
from tumble.demo import averages, figures
from tumble.demo.page import definitions, figure, folded, page, side_by_side, table
from tumble.demo.provenance import ModelIdentity
from tumble.demo.runs import Array, Run


@dataclass(frozen=True)
class Results:
    """Everything that the report tells.

    Attributes:
        model: The model that was run.
        versions: Versions of the programs.
        threads: Number of threads of the model.
        temperature: Of the thermostats, K.
        molecule: The runs of one molecule, classical first.
        liquid: The runs of the liquid, classical first.
        classical: RDF of the classical liquid.
        path_integral: RDF of the path-integral liquid.
        inputs: Input files by name, as they were run.
    """

    model: ModelIdentity
    versions: dict[str, str]
    threads: int
    temperature: float
    molecule: Sequence[Run]
    liquid: Sequence[Run]
    classical: RadialDistribution
    path_integral: RadialDistribution
    inputs: dict[str, str]


def write_report(results: Results, path: Path, now: datetime) -> None:
    """Writes the page to `path`; `now` is printed on it."""
    parts = [
        f"<p>Made by <code>tumble demo</code> on {now:%d %B %Y, %H:%M}. One model file ran in LAMMPS "
        "(classical nuclei) and in i-PI (path integral: quantum nuclei as rings of beads).</p>",
        _honesty(results),
        "<h2>Runs</h2>",
        _runs(results),
        "<h2>Radial distribution function</h2>",
        _rdf(results),
        "<h2>Symmetry error: the frame torque</h2>",
        _torque(results),
        "<h2>Temperature</h2>",
        _temperature(results),
        "<h2>Conserved quantity</h2>",
        _conserved(results),
        "<h2>Provenance</h2>",
        _provenance(results),
        "<p>Inputs, as they were run:</p>",
        *[folded(name, text) for name, text in results.inputs.items()],
    ]
    path.write_text(page(f"Water with the model “{results.model.name}”", parts), encoding="utf-8")


def _honesty(results: Results) -> str:
    classical, quantum = results.liquid
    return (
        '<p class="note"><strong>These runs are short.</strong> The liquid ran for '
        f"{classical.length:.2g} ps in LAMMPS and {quantum.length:.2g} ps in i-PI, from a box that "
        "a classical water model had equilibrated. "
        "Water forgets its structure in about a picosecond: the curves show that everything works together, "
        "not what the model says about water, and all errors, which come from blocks shorter than that, "
        f"are too small. {quantum.beads} beads are too few for converged quantum statistics at 300 K "
        "(16 to 32 are enough). For results, copy the inputs below and run longer.</p>"
    )


def _runs(results: Results) -> str:
    runs = [*results.molecule, *results.liquid]
    rows: list[tuple[str, Callable[[Run], str]]] = [
        ("Engine", lambda run: run.engine),
        ("Nuclei", lambda run: "classical" if run.beads == 1 else f"{run.beads} beads"),
        ("Ensemble", lambda run: run.ensemble),
        ("Length / ps", lambda run: _number(run.length)),
        ("Steps", lambda run: str(run.steps)),
        ("Wall time / ms per step", lambda run: _number(1000 * run.seconds / run.steps)),
        ("Mean temperature / K", lambda run: _with_error(averages.temperature(run))),
        ("Drift / meV per molecule and ps", lambda run: _number(1000 * run.drift)),
        ("Frame torque, rms / meV per radian", lambda run: _with_error(averages.torque_rms(run), 1000)),
    ]
    head = ["", *[_capital(run.system) for run in runs]]
    return table(head, [[label, *[value(run) for run in runs]] for label, value in rows]) + (
        f"<p>Averages here and below leave out the first {100 * averages.SKIPPED:.0f} % of each run; "
        f"± is one standard error from {averages.BLOCKS} blocks of the rest. "
        "Wall times include the start of the programs. The drift is the slope of a straight line through "
        "the conserved quantity of the whole run (for ring polymers, that of one bead).</p>"
    )


def _rdf(results: Results) -> str:
    classical, quantum = results.classical, results.path_integral
    caption = (
        f"Oxygen–oxygen, up to half the box, from {classical.frames} frames (classical) and "
        f"{quantum.frames} frames of {quantum.beads} beads (path integral). "
        f"Bands: ± one standard error from {classical.blocks} blocks."
    )
    alt = "Radial distribution function of the oxygens against distance in ångström, both engines"
    return figure(figures.rdf(classical, quantum), alt, caption)


def _torque(results: Results) -> str:
    def samples(run: Run) -> tuple[Array, Array]:
        return run.torque_time, 1000 * run.torque

    kt = 1000 * constants.k * results.temperature / constants.e
    text = (
        "<p>τ is the derivative of the energy with respect to a rigid rotation of everything, the box "
        "included. It is zero for an exactly invariant model, and comes free with every evaluation. "
        f"For comparison, kT is {kt:.1f} meV. For ring polymers: root of the mean square over beads.</p>"
    )
    plots = [
        figure(
            figures.over_time(runs, samples, "|τ| / meV per radian", from_zero=True),
            f"Magnitude of the frame torque of {runs[0].system} over time in ps, in meV per radian",
            f"{_capital(runs[0].system)}.",
        )
        for runs in (results.molecule, results.liquid)
    ]
    return text + side_by_side(plots)


def _temperature(results: Results) -> str:
    def samples(run: Run) -> tuple[Array, Array]:
        return run.time, run.temperature

    plots = [
        figure(
            figures.over_time(runs, samples, "temperature / K", level=results.temperature),
            f"Temperature of {runs[0].system} over time in ps, in kelvin",
            f"{_capital(runs[0].system)}; grey line: {results.temperature:.0f} K.",
        )
        for runs in (results.molecule, results.liquid)
    ]
    return side_by_side(plots) + _kinetic_energy(results)


def _kinetic_energy(results: Results) -> str:
    parts = []
    for run in (*results.molecule, *results.liquid):
        kinetic = averages.kinetic_energy(run)
        if kinetic is not None:
            parts.append(f"{_with_error(kinetic, 1000)} meV per molecule for {run.system} ({run.beads} beads)")
    classical = 1000 * 4.5 * constants.k * results.temperature / constants.e
    return (
        f"<p>Kinetic energy of the quantum nuclei (centroid virial estimator): {escape(' and '.join(parts))}. "
        f"Classical nuclei have 9/2 kT = {classical:.0f} meV. The beads of an atom start on top of each other, where "
        "the estimator gives just that: runs as short as these don't show that the rings came to equilibrium, which "
        "the errors don't count in, and too few beads make the numbers too small.</p>"
    )


def _conserved(results: Results) -> str:
    def samples(run: Run) -> tuple[Array, Array]:
        return run.time, 1000 * run.conserved

    plots = []
    for runs in (results.molecule, results.liquid):
        ensembles = "; ".join(f"{run.engine}: {run.ensemble}" for run in runs)
        plots.append(
            figure(
                figures.over_time(runs, samples, "change / meV per molecule", same_range=False),
                f"Change of the conserved quantity of {runs[0].system} over time in ps, in meV per molecule",
                f"{_capital(runs[0].system)}. {ensembles}. What a thermostat exchanged is counted in.",
            )
        )
    return side_by_side(plots)


def _provenance(results: Results) -> str:
    model = results.model
    return definitions(
        {
            "Model": f"{model.name}, cutoff {model.cutoff:g} Å, {model.dtype}",
            "Model file": str(model.path),
            "SHA-256 of the file": model.sha256,
            "Symmetry": model.symmetry,
            "Versions": ", ".join(f"{name} {number}" for name, number in results.versions.items()),
            "Threads of the model": str(results.threads),
        }
    )


def _number(value: float) -> str:
    """Three significant digits, without an exponent for large numbers."""
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _with_error(average: Average, factor: float = 1.0) -> str:
    """A mean with its standard error, to the first digit of the error, times a factor."""
    mean, error = factor * average.mean, factor * average.error
    digits = max(0, -math.floor(math.log10(error))) if error > 0 else 0
    return f"{mean:.{digits}f} ± {error:.{digits}f}" if error > 0 else _number(mean)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
