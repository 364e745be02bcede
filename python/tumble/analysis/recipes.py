"""How each observable is made of a run: what it needs of the trajectory, the logs and the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from tumble.analysis.anisotropy import allows_isotropy
from tumble.analysis.dipoles.dielectric import Dielectric
from tumble.analysis.dipoles.dipole import Dipole
from tumble.analysis.dipoles.dipole_correlation import DipoleCorrelation
from tumble.analysis.dipoles.dipole_moments import MolecularSource, PointCharges
from tumble.analysis.dipoles.dipole_relaxation import DipoleRelaxation
from tumble.analysis.dipoles.infrared import Infrared
from tumble.analysis.dynamics.msd import MeanSquareDisplacement
from tumble.analysis.dynamics.power_spectrum import power_spectrum
from tumble.analysis.dynamics.reorientation import Reorientation
from tumble.analysis.dynamics.spectrum import VibrationalSpectrum
from tumble.analysis.motion.drift import Drift
from tumble.analysis.motion.rigid_molecules import RigidMolecules
from tumble.analysis.orientations.orientation import Orientation
from tumble.analysis.path_integral.gyration import Gyration
from tumble.analysis.path_integral.kinetic import Kinetic, kinetic_from_properties
from tumble.analysis.reading.open import time_unit
from tumble.analysis.result import Result
from tumble.analysis.settings import Settings
from tumble.analysis.statistics.cells import Array
from tumble.analysis.structure.rdf import Rdf
from tumble.analysis.symmetry.symmetry_series import symmetry_from_series
from tumble.analysis.trajectory_error import TrajectoryError
from tumble.runs import Run

ROUNDING = 1e-6  # ps; of times in files

Recipe = Callable[[Run, Settings], list[Result]]


def _rdf(run: Run, settings: Settings) -> list[Result]:
    universe = run.universe()
    molecules = "apart" if any({"O", "H"} & set(pair) for pair in settings.pairs) else "together"
    observable = Rdf(
        universe,
        settings.pairs,
        cutoff=settings.cutoff,
        bin_width=settings.bin_width,
        centroid=settings.centroid,
        intramolecular="apart" if molecules == "apart" else "together",
        blocks=settings.blocks,
    )
    return [_through(observable, universe, settings)]


def _orientation(run: Run, settings: Settings) -> list[Result]:
    universe = run.universe()
    observable = Orientation(
        universe, frame=settings.frame, isotropic=_isotropic(run, settings), blocks=settings.blocks
    )
    return [_through(observable, universe, settings)]


def _dipole(run: Run, settings: Settings) -> list[Result]:
    universe = run.universe()
    source = _source(universe, settings)
    isotropic = _isotropic(run, settings) is not False
    observable = Dipole(universe, dipoles=source, isotropic=isotropic, blocks=settings.blocks)
    return [_through(observable, universe, settings)]


def _dielectric(run: Run, settings: Settings) -> list[Result]:
    universe = run.universe()
    observable = Dielectric(
        universe,
        temperature=_temperature(run),
        dipoles=_source(universe, settings),
        isotropic=settings.isotropic is not False,
        blocks=settings.blocks,
    )
    return [_through(observable, universe, settings)]


def _dipole_correlation(run: Run, settings: Settings) -> list[Result]:
    universe = run.universe()
    source = _source(universe, settings)
    return [_through(DipoleCorrelation(universe, dipoles=source, blocks=settings.blocks), universe, settings)]


def _dipole_relaxation(run: Run, settings: Settings) -> list[Result]:
    universe = run.universe()
    source = _source(universe, settings)
    observable = DipoleRelaxation(universe, dipoles=source, longest=settings.longest, blocks=settings.blocks)
    return [_through(observable, universe, settings)]


def _infrared(run: Run, settings: Settings) -> list[Result]:
    universe = run.universe()
    observable = Infrared(
        universe,
        temperature=_temperature(run),
        dipoles=_source(universe, settings),
        resolution=settings.resolution,
        blocks=settings.blocks,
    )
    return [_through(observable, universe, settings)]


def _spectrum(run: Run, settings: Settings) -> list[Result]:
    universe = run.universe()
    observable = VibrationalSpectrum(universe, resolution=settings.resolution, blocks=settings.blocks)
    results = [_through(observable, universe, settings)]
    potential = run.log.get("potential")
    if potential is not None:
        chosen = _counted(run.time, settings)
        results.append(_power(run.time[chosen], potential[chosen], "V", "potential energy", settings, diagnostic=False))
    shift = run.symmetry.get("energy_shift")
    if shift is not None:
        chosen = _counted(run.symmetry_time, settings)
        title = "symmetry error V_avg − V"
        results.append(_power(run.symmetry_time[chosen], shift[chosen], "error", title, settings, diagnostic=True))
    return [_merged("spectrum", results)]


def _power(times: Array, samples: Array, name: str, title: str, settings: Settings, *, diagnostic: bool) -> Result:
    """The power spectrum of a series, as a part of `spectrum`."""
    return power_spectrum(times, samples, name=name, label=title, blocks=settings.blocks, diagnostic=diagnostic)


def _msd(run: Run, settings: Settings) -> list[Result]:
    universe = run.universe()
    if universe.dimensions is None or _molecules(run) == 1:
        raise TrajectoryError("`universe`: expected a periodic box of many molecules, got what doesn't diffuse")
    observable = MeanSquareDisplacement(
        universe,
        longest=settings.longest,
        temperature=None if settings.viscosity is None else _temperature(run),
        viscosity=settings.viscosity,
        blocks=settings.blocks,
    )
    return [_through(observable, universe, settings)]


def _reorientation(run: Run, settings: Settings) -> list[Result]:
    universe = run.universe()
    observable = Reorientation(universe, longest=settings.longest, blocks=settings.blocks)
    return [_through(observable, universe, settings)]


def _gyration(run: Run, settings: Settings) -> list[Result]:
    universe = run.universe()
    isotropic = settings.isotropic is not False
    return [_through(Gyration(universe, isotropic=isotropic, blocks=settings.blocks), universe, settings)]


def _kinetic(run: Run, settings: Settings) -> list[Result]:
    universe = run.universe()
    isotropic = settings.isotropic is not False
    if any(name.startswith(("kinetic_cv", "kinetic_tens")) for name in run.log):
        symbols, counts = np.unique(universe.atoms.elements, return_counts=True)
        chosen = _counted(run.time, settings)
        atoms = dict(zip(symbols.tolist(), counts.tolist(), strict=True))
        columns = {name: values[chosen] for name, values in run.log.items()}
        times = run.time[chosen]
        # The log doesn't tell the box: that of the first frame stands for all.
        isotropic = isotropic and allows_isotropy(universe.dimensions)
        return [kinetic_from_properties(columns, times, atoms, isotropic=isotropic, blocks=settings.blocks)]
    observable = Kinetic(universe, temperature=_temperature(run), isotropic=isotropic, blocks=settings.blocks)
    return [_through(observable, universe, settings)]


def _drift(run: Run, settings: Settings) -> list[Result]:
    universe = run.universe()
    conserved = None
    if "conserved" in run.log:
        chosen = _counted(run.time, settings)
        conserved = (run.time[chosen], run.log["conserved"][chosen])
    periodic = universe.dimensions is not None
    # Many molecules in a box meet sooner or later, however far apart they start.
    isolated = False if settings.isolated is None and periodic and _molecules(run) > 1 else settings.isolated
    # The frame torque is that of `symmetry`.
    observable = Drift(
        universe,
        thermostat=run.thermostat,
        isolated=isolated,
        conserved=conserved,
        blocks=settings.blocks,
    )
    result = _through(observable, universe, settings)
    if isolated is False and settings.isotropic is not False:
        # Only a crystal has a lattice that could turn.
        kept = tuple(one for one in result.quantities if not one.name.startswith(("rotation_", "angular_velocity")))
        result = replace(result, quantities=kept)
    return [result]


def _symmetry(run: Run, settings: Settings) -> list[Result]:
    if run.torque is None and not run.symmetry:
        raise TrajectoryError("`run`: expected a frame torque or symmetry error that was logged, got none")
    times, torque = run.torque_time, run.torque
    if torque is not None:
        chosen = _counted(times, settings)
        times, torque = times[chosen], torque[chosen]
    chosen = _counted(run.symmetry_time, settings)
    return [
        symmetry_from_series(
            times if torque is not None else None,
            torque,
            symmetry_times=run.symmetry_time[chosen] if run.symmetry else None,
            symmetry={name: values[chosen] for name, values in run.symmetry.items()} or None,
            molecules=_molecules(run),
            blocks=settings.blocks,
        )
    ]


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


def _through(observable: Any, universe: Any, settings: Settings) -> Result:
    """Runs an observable over the frames that count, on several processes where it allows that."""
    start, stop = _frames(universe, settings)
    arguments: dict[str, Any] = {}
    if settings.jobs > 1 and "multiprocessing" in getattr(observable, "get_supported_backends", tuple)():
        arguments = {"backend": "multiprocessing", "n_workers": settings.jobs}
    result: Result = observable.run(start, stop, settings.stride, **arguments).result
    universe.trajectory.close()
    return result


def _frames(universe: Any, settings: Settings) -> tuple[int | None, int | None]:
    """First frame and frame after the last of the times that count."""
    if settings.start is None and settings.stop is None:
        return None, None
    if time_unit(universe) != "ps":
        raise TrajectoryError("`start`: expected a trajectory with times; give `--timestep`")
    times = np.asarray(universe.trajectory.frame_times)
    chosen = np.flatnonzero(_counted(times, settings))
    if len(chosen) < 2:
        raise TrajectoryError(
            f"`start`: expected a range with frames, within {times[0]:g} to {times[-1]:g} ps, got none there"
        )
    return int(chosen[0]), int(chosen[-1]) + 1


def _source(universe: Any, settings: Settings) -> MolecularSource:
    """Where dipoles come from."""
    if settings.dipole_model is None:
        return PointCharges(settings.charges)
    # Imported here, since it brings torch.
    from tumble.analysis.dipoles.model_dipoles import dipoles_of_model

    return dipoles_of_model(settings.dipole_model, universe)


def _isotropic(run: Run, settings: Settings) -> bool | None:
    """Whether no direction is preferred: not so for a molecule whose angular momentum stays as it was at the start."""
    if settings.isotropic is None and run.thermostat == "none" and _molecules(run) == 1:
        return False
    return settings.isotropic


def _counted(times: Array, settings: Settings) -> Array:
    """Which samples of a log count."""
    start = -np.inf if settings.start is None else settings.start
    stop = np.inf if settings.stop is None else settings.stop
    return np.asarray((times >= start - ROUNDING) & (times <= stop + ROUNDING))


def _temperature(run: Run) -> float:
    if run.temperature is None:
        raise TrajectoryError("`temperature`: expected one, which the run's files don't tell; give `--temperature`")
    return run.temperature


def _molecules(run: Run) -> int:
    """Number of molecules, as in `drift`; 1, for all of them together, if they aren't known."""
    if not run.trajectory.positions:
        return 1
    universe = run.universe()
    try:
        return len(RigidMolecules(universe))
    except TrajectoryError:
        return 1
    finally:
        universe.trajectory.close()


def _merged(observable: str, results: list[Result]) -> Result:
    """Several results as one."""
    return Result(
        observable,
        tuple(quantity for result in results for quantity in result.quantities),
        {**results[0].metadata, **{result.observable: dict(result.metadata) for result in results[1:]}},
        tuple(dict.fromkeys(note for result in results for note in result.notes)),
    )
