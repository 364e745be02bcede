"""Ensemble, thermostat and temperature of a LAMMPS run, from its active fixes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from tumble.runs.ensembles import ensemble_in
from tumble.types import Array

#: The ensemble of `fix pimd`, whatever else it keeps constant.
PATH_INTEGRAL = "path integral"
_THERMOSTATS = {
    "nvt": "Nosé–Hoover",
    "npt": "Nosé–Hoover",
    "temp/csvr": "velocity rescaling",
    "temp/csld": "velocity rescaling",
    "temp/rescale": "rescaling",
    "temp/berendsen": "Berendsen",
    "langevin": "Langevin",
    "gle": "GLE",
    "gld": "GLE",
}
_LOCAL = {"langevin", "gle", "gld"}
_PRESSURES = ("iso", "aniso", "tri", "x", "y", "z")
_BAROSTATS = {"npt", "nph", "press/berendsen", "press/langevin"}
#: Fixes that don't break conservation laws.
_HARMLESS = {
    "nve",
    "recenter",
    "print",
    "property/atom",
    "restrain",
    "dt/reset",
    "shake",
    "rattle",
    "balance",
    "halt",
    "vector",
}
_BODIES = re.compile(r"rigid(?:/(nve|nvt|npt|nph))?(?:/small)?")
_INTEGRATORS = re.compile("n(ve|vt|pt|ph)")
_HARMLESS_PREFIXES = ("ave/", "store/", "nve")


def ensemble_of(fixes: Mapping[str, Sequence[str]]) -> tuple[str, str | None]:
    """Return the name of the ensemble and the kind of thermostat (see `Run`); `unknown` and None for unknown fixes.

    Args:
        fixes: Words of the active fixes, by ID.
    """
    styles = [_style(words) for words in fixes.values() if len(words) > 3]
    if any(style.startswith("pimd") for style in styles):
        return PATH_INTEGRAL, "local"
    bath = next((style for style in styles if style in _THERMOSTATS), None)
    name = f" ({_THERMOSTATS[bath]})" if bath else ""
    kind = "none" if bath is None else "local" if any(style in _LOCAL for style in styles) else "global"
    if any(style in _BAROSTATS for style in styles):
        return ("NPT" if bath else "NPH") + name, kind
    if bath is not None:
        return f"NVT{name}", kind
    harmless = all(_is_harmless(words) for words in fixes.values() if len(words) > 3)
    return ("NVE", "none") if "nve" in styles and harmless else ("unknown", None)


def note_on_groups(fixes: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return a note if no integrator acts on all atoms, so that some may not move.

    Args:
        fixes: Words of the active fixes, by ID.
    """
    groups = [words[2] for words in fixes.values() if len(words) > 3 and _INTEGRATORS.match(_style(words))]
    if not groups or "all" in groups:
        return ()
    names = ", ".join(f"`{group}`" for group in dict.fromkeys(groups))
    return (
        f"The integrators act on the groups {names}: other atoms don't move, but averages include them like moving "
        "atoms.",
    )


def temperature_of(fixes: Mapping[str, Sequence[str]], measured: Array | None, ensemble: str) -> float | None:
    """Return the temperature of the thermostat, K; without one, the mean; None if it changes or is unknown.

    Args:
        fixes: Words of the active fixes, by ID.
        measured: Temperature in thermo output, [T] in K.
        ensemble: Result of `ensemble_of`.
    """
    bath = _bath(fixes)
    if bath is not None:
        return _constant(bath[:2])
    free = not ensemble_in(ensemble).temperature
    known = np.empty(0) if measured is None else measured[np.isfinite(measured)]
    return float(known.mean()) if free and len(known) > 0 else None


def damping_of(fixes: Mapping[str, Sequence[str]]) -> float | None:
    """Return the time constant of the thermostat, in units of LAMMPS; None without a thermostat, or if unknown."""
    bath = _bath(fixes)
    return None if bath is None else _constant([*bath[2:], *bath[2:]])


def pressure_of(fixes: Mapping[str, Sequence[str]]) -> float | None:
    """Return the pressure of the barostat, in units of LAMMPS; None without a single, constant pressure."""
    words = next((words for words in fixes.values() if len(words) > 3 and _style(words) in _BAROSTATS), ())
    places = [place for place, word in enumerate(words[4:], 5) if word in _PRESSURES]
    found = {_constant(words[place : place + 2]) for place in places}
    return found.pop() if len(found) == 1 else None


def _bath(fixes: Mapping[str, Sequence[str]]) -> Sequence[str] | None:
    """Return the words for start and stop temperature and time constant of the thermostat; None without one."""
    for words in fixes.values():
        style = _style(words) if len(words) > 3 else ""
        if style.startswith("pimd") and "temp" in words[:-1]:
            target = words[list(words).index("temp") + 1]
            return [target, target, *(words[list(words).index("tau") + 1 :][:1] if "tau" in words else ())]
        if style in ("nvt", "npt") and "temp" in words:
            return words[words.index("temp") + 1 :][:3]
        if style == "temp/rescale":
            return words[5:7]
        if style in _THERMOSTATS and style != "gle":
            # For rigid bodies, `langevin` is a keyword.
            begin = words.index("langevin") + 1 if _BODIES.fullmatch(_plain(words[3])) else 4
            return words[begin : begin + (2 if style == "gld" else 3)]
    return None


def _constant(words: Sequence[str]) -> float | None:
    """Return the temperature or pressure of a run, if start and stop value are equal; None otherwise."""
    try:
        start, stop = (float(word) for word in words)
    except ValueError:  # a variable, or too few
        return None
    return stop if start == stop else None


def _is_harmless(words: Sequence[str]) -> bool:
    style = _style(words)
    if style == "momentum":
        return "angular" not in words
    return style in _HARMLESS or style.startswith(_HARMLESS_PREFIXES)


def _style(words: Sequence[str]) -> str:
    """Return the style of a fix; for rigid bodies, the equivalent style for atoms."""
    style = _plain(words[3])
    bodies = _BODIES.fullmatch(style)
    if bodies is None:
        return style
    return "langevin" if "langevin" in words[4:] else bodies[1] or "nve"


def _plain(style: str) -> str:
    return re.sub(r"/(omp|kk|intel|opt|gpu)$", "", style)
