"""The README of a folder: what the simulation is, what to expect, how long it takes, and numbers to compare with."""

from __future__ import annotations

from dataclasses import dataclass

from tumble.amounts import duration, size
from tumble.counted import counted
from tumble.new.engines.engine import Engine
from tumble.new.ipi_input import START
from tumble.new.known import KNOWN, density_of
from tumble.new.reading import Reading
from tumble.new.relaxation import Relaxed
from tumble.new.ring_polymer import MODES, exact_energy, ring_polymer_energy
from tumble.new.setup import ECONOMIZED, LONGEST_OUTER, Setup
from tumble.new.templates import render
from tumble.simulation_file import NAME


def title_of(setup: Setup) -> str:
    """Return the first sentence of an input."""
    system = setup.system
    state = f"{setup.temperature:g} K"
    if setup.pressure is not None:
        state += f" and {setup.pressure:g} bar"
    elif system.barostat is not None:
        state += f" and {density_of(setup):.2f} g/cm3"
    start = "from" if setup.ensemble.dynamics else "at"
    beads = f", path integral with {setup.beads} beads" if setup.beads > 1 else ""
    steps = f"{setup.timestep:g} fs"
    if setup.mts > 1:
        steps = f"the model every {setup.timestep:g} fs, the correction of averaging every {setup.outer:g} fs"
    return f"{system.title} {start} {state}: {setup.ensemble.words}{beads}, {steps}."


def readme(setup: Setup, engine: Engine, title: str, reading: Reading, relaxation: Relaxed | None) -> str:
    """Return the README.

    Args:
        setup: The simulation.
        engine: Its engine.
        title: First sentence.
        reading: Results of the model for the starting structure.
        relaxation: How the structure was relaxed; None if it wasn't.
    """
    return render(
        "README.md",
        heading=f"{setup.system.title[0].upper()}{setup.system.title[1:]}",
        summary=f"{title} Model {setup.model}{_rotations(setup)}.",
        programs=engine.programs,
        by_hand=engine.by_hand(setup),
        analysis=engine.analysis(setup),
        files=_files(setup, engine),
        expect=[*_expectations(setup, engine, reading), *_on_start(setup, relaxation), *setup.system.remarks],
        duration=_duration(setup, engine, reading),
        numbers=_numbers(setup, engine, reading),
        beads=_beads(setup),
    )


@dataclass(frozen=True)
class _Beads:
    """The table of the convergence with beads."""

    text: str
    count: int
    rows: list[tuple[str, str, str]]


def _rotations(setup: Setup) -> str:
    return "" if setup.symmetrize == "none" else f", averaged over rotations: {setup.symmetrize}"


def _files(setup: Setup, engine: Engine) -> list[tuple[str, str]]:
    start = [] if setup.system.start is None else [(START, "checkpoint of i-PI, from which the run starts")]
    return [
        (engine.structure_name(setup), f"structure, {len(setup.system.atoms)} atoms"),
        *start,
        (engine.input_name(setup), f"input of {engine.title}"),
        (NAME, "what `tumble run` starts and checks"),
    ]


def _expectations(setup: Setup, engine: Engine, reading: Reading) -> list[str]:
    """Return sentences about the physics of the run."""
    found = []
    if not setup.ensemble.dynamics:
        found.append(engine.temperature(setup))
    elif setup.system.start is not None:
        found.append(
            "Nothing brings the centroids to a temperature: their mean kinetic energy is that of the state from which "
            "they start. For the error of a spectrum, start several runs from states that are picoseconds apart."
        )
    elif setup.beads > 1:
        found.append(
            f"The beads start on top of each other, and nothing brings the centroids to {setup.temperature:g} K: this "
            "shows that the setup works, but has no known temperature. For results, run `--ensemble nvt` with as many "
            "beads first, and give its folder with `--start`."
        )
    elif setup.system.relax:
        found.append(
            f"The run starts near a minimum of the energy, so about half of the kinetic energy of "
            f"{setup.temperature:g} K becomes potential energy in the first tenth of a picosecond: the temperature "
            "falls to about half."
        )
    else:
        found.append("The temperature is that of the structure at the start, and changes until energy is shared.")
    if setup.random:
        found.append(
            "Random rotations change the energy from step to step and heat a little, so no quantity is conserved; the "
            "thermostat removes the heat."
        )
    else:
        found.append(engine.conserved(setup))
    if reading.exact:
        found.append("The model is exactly invariant: the frame torque is zero up to rounding.")
    elif setup.random:
        found.append("The frame torque is that of one orientation, and averages to zero over orientations.")
    else:
        found.append(
            "The frame torque shows the broken symmetry; averaging over rotations reduces it (docs/symmetrization.md)."
        )
    if not setup.system.open:
        found.append(
            f"An atom's energy depends on atoms up to {reading.range:g} Å away: the model's depth times its cutoff."
        )
    if setup.mts > 1 and setup.outer > LONGEST_OUTER:
        found.append(
            f"An outer step above {LONGEST_OUTER:g} fs may be in resonance with an O–H stretch, half of whose "
            "period is 4.5 fs: watch the conserved quantity."
        )
    if setup.ensemble.pressure:
        found.append("The volume takes tens of picoseconds to equilibrate.")
    return found


def _on_start(setup: Setup, relaxation: Relaxed | None) -> list[str]:
    if relaxation is None:
        return []
    averaged = "" if relaxation.symmetrize == "none" else f", averaged over {relaxation.symmetrize} rotations"
    return [
        f"The structure was relaxed with the model{averaged}, in {relaxation.steps} steps, to a largest force of "
        f"{relaxation.force:.3f} eV/Å."
    ]


def _duration(setup: Setup, engine: Engine, reading: Reading) -> list[str]:
    picoseconds = setup.steps * setup.outer / 1000
    found = [f"{setup.steps} steps of {setup.outer:g} fs are {picoseconds:g} ps."]
    if reading.seconds is not None:
        total = reading.seconds * setup.steps
        found[0] += (
            f" When the folder was made, the model took {duration(reading.seconds)} for a step "
            f"({_conditions(setup, reading)}): **{duration(total)}** in all, or "
            f"{picoseconds / 1000 / total * 86400:.2g} ns a day. The engine's own time comes on top."
        )
    frames = setup.steps // setup.every + 1
    found.append(f"The trajectory has {frames} frames; all outputs take about {size(engine.output_bytes(setup))}.")
    return found


def _conditions(setup: Setup, reading: Reading) -> str:
    """Return under which conditions the time was measured."""
    beads = [] if setup.beads == 1 else [f"{setup.beads} beads"]
    if reading.processes > 1:
        beads.append(f"a process for each, on {counted(reading.cores, 'core')}")
    else:
        beads.append(f"up to {counted(reading.threads, 'thread')}")
    single = ["from the time of one bead without rotations"] if reading.extrapolated else []
    return ", ".join([*beads, "other programs included", *single])


def _numbers(setup: Setup, engine: Engine, reading: Reading) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    if setup.system.start is not None:
        return found  # the beads of a checkpoint differ from the centroid, which was evaluated
    if reading.energy is not None:
        where = f"first row: {engine.energy}"
        found.append(("potential energy of the starting structure", f"{reading.energy:.4f} eV", where))
    if reading.torque is not None:
        where = f"first row: {engine.torque(setup)}"
        found.append(("its frame torque, abs(τ)", f"{1000 * reading.torque:.2f} meV/rad", where))
    if setup.symmetrize != "none":
        found.append(
            ("energy without rotations", f"{reading.bare_energy:.4f} eV", "the same structure, in the lab frame")
        )
        found.append(("frame torque without rotations", f"{1000 * reading.bare_torque:.2f} meV/rad", "the same"))
    found += [(known.quantity, known.value, known.where) for known in KNOWN if known.holds(setup)]
    return found


def _beads(setup: Setup) -> _Beads | None:
    """Return how far the number of beads is converged, for harmonic modes; None where that isn't known."""
    if setup.beads == 1 or setup.gle is not None:
        return None
    if setup.economized:
        return _Beads(
            f"Economized springs give harmonic modes up to {ECONOMIZED} 1/cm their quantum spread with few beads; "
            "compare with a run of 32 beads and ordinary springs before you rely on it for other quantities.",
            setup.beads,
            [(f"{mode:g}", _share(1, mode, setup), "fitted") for mode in MODES],
        )
    return _Beads(
        f"Energy of harmonic modes at {setup.temperature:g} K, as a share of the quantum-mechanical one; classical, "
        "and with these beads:",
        setup.beads,
        [(f"{mode:g}", _share(1, mode, setup), _share(setup.beads, mode, setup)) for mode in MODES],
    )


def _share(beads: int, mode: float, setup: Setup) -> str:
    share = ring_polymer_energy(mode, setup.temperature, beads) / exact_energy(mode, setup.temperature)
    return f"{100 * share:.1f} %"
