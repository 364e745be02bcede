"""How each observable is made of a run: what it needs of the trajectory, the logs and the settings."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from tumble.errors import SettingError, TrajectoryError
from tumble.observables.dipoles.dielectric import Dielectric
from tumble.observables.dipoles.dipole import Dipole
from tumble.observables.dipoles.dipole_correlation import DipoleCorrelation
from tumble.observables.dipoles.dipole_relaxation import DipoleRelaxation
from tumble.observables.dipoles.infrared import Infrared
from tumble.observables.dynamics.msd import MeanSquareDisplacement
from tumble.observables.dynamics.power_spectrum import power_spectrum
from tumble.observables.dynamics.reorientation import Reorientation
from tumble.observables.dynamics.spectrum import VibrationalSpectrum
from tumble.observables.frames.rigid_molecules import RigidMolecules
from tumble.observables.motion.conserved import conserved_drift
from tumble.observables.motion.drift import Drift
from tumble.observables.motion.logged_temperature import logged_temperature
from tumble.observables.orientations.orientation import Orientation
from tumble.observables.path_integral.gyration import Gyration
from tumble.observables.path_integral.kinetic import Kinetic, kinetic_columns, kinetic_from_properties
from tumble.observables.quantities.result import Result
from tumble.observables.structure.rdf import Rdf
from tumble.observables.symmetry.symmetry_series import symmetry_from_series
from tumble.study.opened_run import OpenedRun
from tumble.trajectories.nuclei import Nuclei

MOST_ELEMENTS = 4  # of which all pairs make radial distribution functions

Recipe = Callable[[OpenedRun], Result]


def _rdf(run: OpenedRun) -> Result:
    settings = run.settings
    pairs = _all_pairs(run) if settings.pairs is None else settings.pairs
    apart = any({"O", "H"} & set(pair) for pair in pairs) and _molecules_are_known(run)
    result = run.through(
        Rdf(
            run.universe,
            pairs,
            cutoff=settings.cutoff,
            bin_width=settings.bin_width,
            centroid=settings.centroid,
            intramolecular="apart" if apart else "together",
            blocks=settings.blocks,
        )
    )
    note = (
        "Molecules aren't known, for this isn't water and no bonds are given: pairs within them count with the others."
    )
    several = any("H" in pair for pair in pairs) and not apart
    return replace(result, notes=(*result.notes, note)) if several else result


def _all_pairs(run: OpenedRun) -> tuple[tuple[str, str], ...]:
    """All pairs of the elements of a run; of water O–O, O–H and H–H."""
    atoms = run.universe.atoms
    if not hasattr(atoms, "elements"):
        raise TrajectoryError("`universe`: expected elements, got none; give `--topology`")
    counts = Counter(atoms.elements.tolist())
    elements = sorted(counts, key=lambda symbol: (symbol == "H", symbol))
    if len(elements) > MOST_ELEMENTS:
        raise SettingError("pairs", f"expected a choice for the {len(elements)} elements of this run, got none")
    pairs = itertools.combinations_with_replacement(elements, 2)
    return tuple(pair for pair in pairs if pair[0] != pair[1] or counts[pair[0]] > 1)


def _molecules_are_known(run: OpenedRun) -> bool:
    try:
        RigidMolecules(run.universe)
    except TrajectoryError:
        return False
    return True


def _orientation(run: OpenedRun) -> Result:
    settings = run.settings
    return run.through(Orientation(run.universe, frame=settings.frame, isotropic=run.isotropic, blocks=settings.blocks))


def _dipole(run: OpenedRun) -> Result:
    isotropic = run.isotropic is not False
    return run.through(Dipole(run.universe, dipoles=run.dipoles, isotropic=isotropic, blocks=run.settings.blocks))


def _dielectric(run: OpenedRun) -> Result:
    return run.through(
        Dielectric(
            run.universe,
            temperature=run.centroid_temperature,
            dipoles=run.dipoles,
            isotropic=run.settings.isotropic is not False,
            blocks=run.settings.blocks,
        )
    )


def _dipole_correlation(run: OpenedRun) -> Result:
    return run.through(DipoleCorrelation(run.universe, dipoles=run.dipoles, blocks=run.settings.blocks))


def _dipole_relaxation(run: OpenedRun) -> Result:
    settings = run.settings
    return run.through(
        DipoleRelaxation(run.universe, dipoles=run.dipoles, longest=settings.longest, blocks=settings.blocks)
    )


def _infrared(run: OpenedRun) -> Result:
    return run.through(
        Infrared(
            run.universe,
            temperature=run.centroid_temperature,
            dipoles=run.dipoles,
            resolution=run.settings.resolution,
            blocks=run.settings.blocks,
        )
    )


def _spectrum(run: OpenedRun) -> Result:
    settings = run.settings
    results = []
    potential = run.logged("potential")
    if run.run.trajectory.positions or potential is None:
        velocities = VibrationalSpectrum(run.universe, resolution=settings.resolution, blocks=settings.blocks)
        results.append(run.through(velocities))
    if potential is not None:
        results.append(power_spectrum(*potential, name="V", label="potential energy", blocks=settings.blocks))
    shift = run.run.symmetry.get("energy_shift")
    if shift is not None:
        times = run.run.symmetry_time
        chosen = run.counted(times)
        label = "symmetry error V_avg − V"
        results.append(
            power_spectrum(
                times[chosen], shift[chosen], name="error", label=label, blocks=settings.blocks, diagnostic=True
            )
        )
    return _merged("spectrum", results)


def _msd(run: OpenedRun) -> Result:
    settings = run.settings
    if run.universe.dimensions is None or run.single_body:
        raise TrajectoryError(
            "`universe`: expected a periodic box of several atoms or molecules, got a single one, or no box, where "
            "nothing diffuses"
        )
    return run.through(
        MeanSquareDisplacement(
            run.universe,
            longest=settings.longest,
            temperature=None if settings.viscosity is None else run.centroid_temperature,
            viscosity=settings.viscosity,
            blocks=settings.blocks,
        )
    )


def _reorientation(run: OpenedRun) -> Result:
    return run.through(Reorientation(run.universe, longest=run.settings.longest, blocks=run.settings.blocks))


def _gyration(run: OpenedRun) -> Result:
    isotropic = run.settings.isotropic is not False
    _check_all_beads(run)
    return run.through(Gyration(run.universe, isotropic=isotropic, blocks=run.settings.blocks))


def _kinetic(run: OpenedRun) -> Result:
    blocks = run.settings.blocks
    isotropic = run.settings.isotropic is not False
    if run.run.centroid_temperature is not None:
        raise TrajectoryError(
            f"`temperature`: expected one of all modes, got {run.run.temperature} K and, for the centroid, "
            f"{run.run.centroid_temperature:.6g} K, at which there is no estimator of the kinetic energy"
        )
    atoms = run.atoms
    columns = {name: found[1] for name in kinetic_columns(run.run.log, atoms) if (found := run.logged(name))}
    if columns:
        times = run.run.time[run.counted(run.run.time)]
        # The log doesn't tell the box: that of the first frame stands for all.
        isotropic = isotropic and run.cubic
        result = kinetic_from_properties(columns, times, atoms, isotropic=isotropic, blocks=blocks)
        nuclei = Nuclei.CLASSICAL if run.run.beads == 1 else Nuclei.BEADS
        return replace(result, metadata={**result.metadata, "nuclei": nuclei})
    universe = run.universe
    _check_all_beads(run, "; write `kinetic_opsc` of each element to the properties")
    return run.through(Kinetic(universe, temperature=run.temperature, isotropic=isotropic, blocks=blocks))


def _check_all_beads(run: OpenedRun, cure: str = "") -> None:
    """Raises a TrajectoryError where only a part of the beads samples, so that they make no ring polymer."""
    if run.run.trajectory.every_second:
        raise TrajectoryError(
            "`universe`: expected ring polymers of all beads, got every second bead, which alone samples in the "
            f"Suzuki–Chin splitting{cure}"
        )


def _drift(run: OpenedRun) -> Result:
    if not run.run.trajectory.positions:
        return _logged_drift(run)
    settings, universe = run.settings, run.universe
    # Many molecules in a box meet sooner or later, however far apart they start.
    crowded = settings.isolated is None and universe.dimensions is not None and run.molecules > 1
    # Formats such as the plain xyz of LAMMPS have no box, whether or not there was one.
    boxless = settings.isolated is None and universe.dimensions is None and run.run.periodic is True
    isolated = False if crowded or boxless else settings.isolated
    # The frame torque is that of `symmetry`.
    result = run.through(
        Drift(
            universe,
            thermostat=run.run.thermostat,
            isolated=isolated,
            conserved=run.logged("conserved"),
            blocks=settings.blocks,
        )
    )
    if isolated is False and settings.isotropic is not False:
        # Only a crystal has a lattice that could turn.
        kept = tuple(one for one in result.quantities if not one.name.startswith(("rotation_", "angular_velocity")))
        result = replace(result, quantities=kept)
    return result


def _logged_drift(run: OpenedRun) -> Result:
    """What a run without a trajectory tells of drift: its conserved quantity and its temperature."""
    blocks, parts = run.settings.blocks, []
    conserved, temperature = run.logged("conserved"), run.logged("temperature")
    if conserved is not None:
        parts.append(conserved_drift(*conserved, run.molecules, blocks=blocks))
    if temperature is not None:
        parts.append(logged_temperature(*temperature, blocks=blocks))
    if not parts:
        raise TrajectoryError("`run`: expected a trajectory or a log with a time, got neither")
    return _merged("drift", parts)


def _symmetry(run: OpenedRun) -> Result:
    logged = run.run
    if logged.torque is None and not logged.symmetry:
        raise TrajectoryError("`run`: expected a frame torque or symmetry error that was logged, got none")
    of_torque, of_error = run.counted(logged.torque_time), run.counted(logged.symmetry_time)
    return symmetry_from_series(
        None if logged.torque is None else logged.torque_time[of_torque],
        None if logged.torque is None else logged.torque[of_torque],
        symmetry_times=logged.symmetry_time[of_error] if logged.symmetry else None,
        symmetry={name: values[of_error] for name, values in logged.symmetry.items()} or None,
        molecules=run.molecules,
        blocks=run.settings.blocks,
    )


#: By the names of the command line, in the order of reports.
RECIPES: dict[str, Recipe] = {
    "symmetry": _symmetry,
    "orientation": _orientation,
    "rdf": _rdf,
    "dipole": _dipole,
    "dielectric": _dielectric,
    "dipole-correlation": _dipole_correlation,
    "dipole-relaxation": _dipole_relaxation,
    "infrared": _infrared,
    "spectrum": _spectrum,
    "msd": _msd,
    "reorientation": _reorientation,
    "gyration": _gyration,
    "kinetic": _kinetic,
    "drift": _drift,
}


def _merged(observable: str, results: list[Result]) -> Result:
    """Several results as one."""
    return Result(
        observable,
        tuple(quantity for result in results for quantity in result.quantities),
        {**results[0].metadata, **{result.observable: dict(result.metadata) for result in results[1:]}},
        tuple(dict.fromkeys(note for result in results for note in result.notes)),
    )
