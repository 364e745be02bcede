"""The element `motion` of an input of i-PI: how atoms move, and whether its steps have times and an ensemble.

In i-PI, everything that changes positions from step to step is a motion (`ipi.inputs.motion.motion`): molecular
dynamics, but also optimizations, finite differences, paths between minima and Monte Carlo moves. Only steps of dynamics
have times, and only motions that sample an ensemble have averages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tumble.runs.ipi.elements import integers_of, quantity_of, word_of
from tumble.units.ipi import TEMPERATURE, TIME

_GLOBAL_THERMOSTATS = ("svr",)
# Thermostats that rescale the velocities of the centroid and act on each internal mode of a ring polymer separately.
_GLOBAL_FOR_CENTROIDS = ("pile_g", "nm_gle_g")
_ONE_FORCE_PER_STEP = ("nve", "nvt", "npt", "nst", "eda-nve", "eda-nvt")
#: Modes of dynamics in which i-PI uses no thermostat, even if there is one.
CONSTANT_ENERGY = ("nve", "eda-nve")
_ENSEMBLES = {"sc": "NVT", "scnpt": "NPT", "nvt-cc": "NVT", "eda-nve": "NVE", "eda-nvt": "NVT"}
_SUZUKI_CHIN = ("sc", "scnpt")


@dataclass(frozen=True)
class Motion:
    """Properties of a motion that matter for averages over its steps.

    Attributes:
        words: Description of the ensemble, such as `NVT (PILE-L)`, or of the method in place of dynamics.
        timestep: ps; None if steps have no time.
        thermostat: See `Run`.
        damping: Time constant of the thermostat, ps; None without a single one.
        one_force_per_step: Whether each force is evaluated once per step, unlike in multiple time stepping.
        keeps_temperature: Whether all steps have the temperature of the ensemble.
        centroid_temperature: Temperature of the centroid, if a thermostat keeps it at another temperature, K.
        suzuki_chin: Whether only the beads 0, 2, 4, ... sample the quantum distribution.
        images: Meaning of the beads if they are not a ring polymer.
        unsampled: Reason why averages over steps have no meaning; None if they have.
        notes: Sentences for the reader of averages.
    """

    words: str
    timestep: float | None = None
    thermostat: str | None = None
    damping: float | None = None
    one_force_per_step: bool = False
    keeps_temperature: bool = True
    centroid_temperature: float | None = None
    suzuki_chin: bool = False
    images: str | None = None
    unsampled: str | None = None
    notes: tuple[str, ...] = ()


_ORDER = "its steps have neither a time nor an ensemble"
# Motions without dynamics, by their names in i-PI.
_STATIC = {
    "minimize": Motion("geometry optimization", unsampled=_ORDER),
    "vibrations": Motion("finite differences of the forces", unsampled=_ORDER),
    "neb": Motion("nudged elastic band", images="images of a path", unsampled=_ORDER),
    "string": Motion("string method", images="images of a path", unsampled=_ORDER),
    "instanton": Motion("instanton optimization", images="points of an instanton", unsampled=_ORDER),
    "scp": Motion("self-consistent phonons", unsampled=_ORDER),
    "normalmodes": Motion("vibrational self-consistent field", unsampled=_ORDER),
    "al-kmc": Motion("kinetic Monte Carlo", unsampled="its steps last differently long"),
    "planetary": Motion("planetary model", unsampled="no atom moves"),
    "alchemy": Motion("exchange of isotopes", unsampled="no atom moves"),
    "t_ramp": Motion("ramp of the temperature", unsampled="no atom moves"),
    "p_ramp": Motion("ramp of the pressure", unsampled="no atom moves"),
    "dummy": Motion("no motion", unsampled="no atom moves"),
    "replay": Motion("replay of another trajectory"),
    "atomswap": Motion("Monte Carlo (swaps of atoms)"),
}


@dataclass(frozen=True)
class _Companion:
    """Effect of a motion without dynamics on dynamics in the same step."""

    note: str | None = None
    keeps_temperature: bool = True
    keeps_time: bool = True


_COMPANIONS = {
    "dummy": _Companion(),
    "planetary": _Companion(),
    "t_ramp": _Companion("The temperature follows a ramp (`t_ramp`), so steps have different temperatures.", False),
    "p_ramp": _Companion("The pressure follows a ramp (`p_ramp`): averages are over different pressures."),
    "alchemy": _Companion("Isotopes are exchanged (`alchemy`): masses are those of the elements."),
    "atomswap": _Companion(
        "Atoms are swapped (`atomswap`), so displacements have no meaning: times aren't used.", keeps_time=False
    ),
}


def motion_of(system: Any, beads: int) -> Motion:
    """Return the motion of a system.

    Args:
        system: The element `system`.
        beads: Number of beads.

    Raises:
        TrajectoryError: If there are unknown words or units.
    """
    element = system.find("motion")
    return _STATIC["dummy"] if element is None else _motion(element, beads)


def _motion(element: Any, beads: int) -> Motion:
    mode = word_of(element, "mode", "dummy")
    if mode == "multi":
        return _together([(word_of(each, "mode", "dummy"), _motion(each, beads)) for each in element.findall("motion")])
    if is_dynamics(mode):
        (dynamics,) = dynamics_in(element)
        found = _DYNAMICS[mode](dynamics, beads)
        return replace(found, notes=(*found.notes, *_fixed(element)))
    known = _STATIC.get(mode)
    return Motion(f"motion `{mode}`", unsampled="its method is unknown") if known is None else known


def _fixed(element: Any) -> tuple[str, ...]:
    """Return a note if atoms, or some of their coordinates, are fixed."""
    names = fixed_in(element)
    if not names:
        return ()
    return (
        f"Atoms are held fixed (`{'`, `'.join(names)}`): averages include them like moving atoms, kinetic energies are "
        "too low, and they make space anisotropic.",
    )


def fixed_in(motion: Any) -> list[str]:
    """Return the names of the elements that fix atoms, or some of their coordinates, in an element `motion`."""
    return [name for name in ("fixatoms", "fixatoms_dof") if integers_of(motion.find(name))]


def _together(parts: Sequence[tuple[str, Motion]]) -> Motion:
    """Return the combination of motions that follow each other in each step."""
    dynamics = [motion for mode, motion in parts if mode in _DYNAMICS]
    others = [(mode, motion) for mode, motion in parts if mode not in _DYNAMICS]
    words = " + ".join(motion.words for _, motion in parts)
    if not dynamics:
        reasons = [motion.unsampled for _, motion in others if motion.unsampled]
        images = next((motion.images for _, motion in others if motion.images), None)
        reason = None if len(reasons) < len(others) else next(iter(reasons), "it is empty")
        return Motion(words or "no motion", images=images, unsampled=reason)
    first = dynamics[0]
    strange = [motion for mode, motion in others if mode not in _COMPANIONS]
    companions = [_COMPANIONS[mode] for mode, _ in others if mode in _COMPANIONS]
    steps = [motion.timestep for motion in dynamics if motion.timestep is not None]
    kinds = {motion.thermostat for motion in dynamics}
    return replace(
        first,
        words=words,
        # The time steps of several dynamics add up in i-PI.
        timestep=sum(steps) if all(each.keeps_time for each in companions) else None,
        thermostat=kinds.pop() if len(kinds) == 1 else "local",
        damping=first.damping if len(dynamics) == 1 else None,
        one_force_per_step=len(parts) == 1 and first.one_force_per_step,
        keeps_temperature=all(each.keeps_temperature for each in companions),
        unsampled=f"{strange[0].words} can't be combined with dynamics" if strange else None,
        notes=tuple(
            dict.fromkeys(
                (
                    *(note for motion in dynamics for note in motion.notes),
                    *(each.note for each in companions if each.note is not None),
                )
            )
        ),
    )


def _dynamics(dynamics: Any, beads: int) -> Motion:
    """Return the molecular dynamics of the element `dynamics`, or of one with the same subelements."""
    mode = word_of(dynamics, "mode", "nve")
    baths = [] if mode in CONSTANT_ENERGY else thermostats_in(dynamics.find("thermostat"))
    names = [word_of(bath, "mode", "") for bath in baths]
    kind = "none" if not names else "global" if all(_is_global(name, beads) for name in names) else "local"
    hot = _centroid_temperature(baths) if beads > 1 else None
    details = [name.upper().replace("_", "-") for name in names]
    details += ["Suzuki–Chin"] if mode in _SUZUKI_CHIN else []
    details += ["fixed centroid"] if mode == "nvt-cc" else []
    details += [] if hot is None else [f"centroid at {hot:.6g} K"]
    levels = integers_of(dynamics.find("nmts"))
    one_force = mode in _ONE_FORCE_PER_STEP and levels in ([], [1])
    return Motion(
        words=_ENSEMBLES.get(mode, mode.upper()) + (f" ({', '.join(details)})" if details else ""),
        timestep=quantity_of(dynamics.find("timestep"), TIME, default=1.0, positive=True),
        thermostat=kind,
        damping=quantity_of(baths[0].find("tau"), TIME) if len(baths) == 1 else None,
        one_force_per_step=one_force,
        centroid_temperature=hot,
        suzuki_chin=mode in _SUZUKI_CHIN and beads > 1,
        notes=_notes(mode, baths, beads, hot),
    )


def _driven(dynamics: Any, beads: int) -> Motion:
    """Return the dynamics in an electric field."""
    found = _dynamics(dynamics, beads)
    if word_of(dynamics, "mode", "nve") not in ("eda-nve", "eda-nvt"):
        return found
    note = (
        "An electric field drives the atoms (`driven_dynamics`): it does work and exerts a torque, and averages aren't "
        "those of equilibrium."
    )
    words = f"{found.words} in an electric field"
    return replace(found, words=words, thermostat="local", notes=(*found.notes, note))


def _constrained(dynamics: Any, beads: int) -> Motion:
    """Return the dynamics with constraints."""
    found = _dynamics(dynamics, beads)
    return replace(found, words=f"{found.words} with constraints")


_DYNAMICS = {"dynamics": _dynamics, "driven_dynamics": _driven, "constrained_dynamics": _constrained}


def is_dynamics(mode: str) -> bool:
    """Return whether the mode of a motion is that of molecular dynamics."""
    return mode in _DYNAMICS


def dynamics_in(motion: Any) -> list[Any]:
    """Return the elements of all molecular dynamics in an element `motion`, in the order in which they follow."""
    mode = word_of(motion, "mode", "dummy")
    if mode == "multi":
        return [each for part in motion.findall("motion") for each in dynamics_in(part)]
    if not is_dynamics(mode):
        return []
    found = motion.find(mode)
    # i-PI has a default for each of its elements.
    return [motion.makeelement(mode, {}) if found is None else found]


def thermostats_in(element: Any) -> list[Any]:
    """Return the elements of all thermostats that have a mode."""
    if element is None:
        return []
    mode = word_of(element, "mode", "")
    if mode == "multi":
        return [each for part in element.findall("thermostat") for each in thermostats_in(part)]
    return [element] if mode else []


def _is_global(name: str, beads: int) -> bool:
    return name in _GLOBAL_THERMOSTATS or (beads == 1 and name in _GLOBAL_FOR_CENTROIDS)


def _centroid_temperature(baths: Sequence[Any]) -> float | None:
    for bath in baths:
        if word_of(bath, "mode", "") in ("pile_l", "pile_g"):
            found = quantity_of(bath.find("pile_centroid_t"), TEMPERATURE)
            if found is not None and found > 0:
                return found
    return None


def _notes(mode: str, baths: Sequence[Any], beads: int, hot: float | None) -> tuple[str, ...]:
    notes = []
    if mode in _SUZUKI_CHIN and beads > 1:
        notes.append(
            "In the Suzuki–Chin splitting only every second bead samples the quantum distribution: the "
            f"{(beads + 1) // 2} of {beads} beads with even numbers are used."
        )
    if mode == "nvt-cc":
        notes.append("The centroid is fixed (`nvt-cc`): averages are those of the internal modes around it.")
    if hot is not None:
        notes.append(
            f"The thermostat keeps the centroid at {hot:.6g} K (`pile_centroid_t`) and the internal modes at the "
            "temperature of the ensemble: quantities of the centroid have the former temperature, and the kinetic "
            "energy of quantum nuclei isn't defined."
        )
    if any(bath.find("C") is not None and (bath.find("C").text or "").strip(" []\n\t") for bath in baths):
        notes.append(
            "The thermostat has its own covariance (`C`), like a quantum thermostat: quantities that use the "
            "temperature of the ensemble assume classical equilibrium at it."
        )
    return tuple(notes)
