"""The XML input of i-PI, or a checkpoint (`RESTART`), with the defaults that i-PI has for what isn't in there.

Names of outputs are those of i-PI (`ipi.engine.simulation`, `ipi.engine.outputs`): `SYSTEM_PREFIX.FILENAME`, without
the parts that are empty.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tumble.analysis.trajectory_error import TrajectoryError
from tumble.runs.ipi_units import TEMPERATURE, TIME, factor

# What i-PI writes if its input has no element `output` (`ipi.inputs.outputs.InputOutputs.make_default`).
_DEFAULT_OUTPUT = """
<output prefix='i-pi'>
  <properties filename='md' stride='10'> [ time, step, conserved, temperature, potential, kinetic_cv ] </properties>
  <trajectory filename='pos' stride='100' format='xyz'> positions </trajectory>
</output>
"""
_GLOBAL_THERMOSTATS = ("svr",)
# Those that rescale the velocities of the centroid, and act on all internal modes of a ring polymer one by one.
_GLOBAL_FOR_CENTROIDS = ("pile_g", "nm_gle_g")
_ONE_FORCE_PER_STEP = ("nve", "nvt", "npt", "nst")


@dataclass(frozen=True)
class PropertiesOutput:
    """An element `properties`.

    Attributes:
        path: The file that it writes.
        stride: Steps from one row to the next.
    """

    path: Path
    stride: int


@dataclass(frozen=True)
class TrajectoryOutput:
    """An element `trajectory`.

    Attributes:
        quantity: What it writes, such as `positions`, without units.
        stem: Path of its files, without number of bead and ending.
        stride: Steps from one frame to the next.
        format: `xyz`, `pdb`, `ase` or `bin`.
        bead: The one that is written; if negative, every −`bead`th.
        extra_type: Keys of the extras, with commas between them.
    """

    quantity: str
    stem: Path
    stride: int
    format: str
    bead: int
    extra_type: str

    def beads(self, number: int) -> list[int]:
        """Those that it writes, of this number of beads."""
        if self.bead < 0:
            return list(range(0, number, -self.bead))
        return [self.bead] if self.bead < number else []


@dataclass(frozen=True)
class IpiInput:
    """What an input says.

    Attributes:
        properties: In the order of the input.
        trajectories: In the order of the input.
        timestep: ps; None if there are no dynamics.
        temperature: K; None if none is set.
        ensemble: In words, such as `NVT (PILE-L)`.
        thermostat: See `Run`.
        beads: Number of beads.
        start: Step from which it starts.
        one_force_per_step: Whether each force is evaluated once in each step, which it isn't in multiple time stepping.
    """

    properties: tuple[PropertiesOutput, ...]
    trajectories: tuple[TrajectoryOutput, ...]
    timestep: float | None
    temperature: float | None
    ensemble: str
    thermostat: str | None
    beads: int
    start: int
    one_force_per_step: bool


def read_ipi_input(xml: Path) -> IpiInput:
    """Reads an input of one system.

    Raises:
        TrajectoryError: If it isn't one of i-PI, has several systems, or words where numbers are expected.
    """
    root = root_of(xml)
    if root is None:
        raise TrajectoryError(f"`{xml}`: expected an input of i-PI, with the element `simulation`, got something else")
    output = root.find("output")
    if output is None:
        output = ElementTree.fromstring(_DEFAULT_OUTPUT)
    system = _one_system(xml, root, output)
    dynamics = system.find(".//dynamics")
    beads = _beads(system)
    ensemble, thermostat = _ensemble(dynamics, beads)
    temperature = _quantity(system.find("ensemble/temperature"), TEMPERATURE)
    base = _name(system.get("prefix", ""), "_") + _name(output.get("prefix", "i-pi"), ".")
    start = root.find("step")
    return IpiInput(
        properties=tuple(
            PropertiesOutput(
                path=xml.parent / f"{base}{each.get('filename', 'out').strip()}", stride=_positive(each, "stride")
            )
            for each in output.findall("properties")
        ),
        trajectories=tuple(_trajectory(each, xml.parent, base) for each in output.findall("trajectory")),
        timestep=None if dynamics is None else _quantity(dynamics.find("timestep"), TIME, default=1.0),
        temperature=temperature if temperature is not None and temperature >= 0 else None,
        ensemble=ensemble,
        thermostat=thermostat,
        beads=beads,
        start=0 if start is None else _integer(start.text or "0", "step"),
        one_force_per_step=_one_force_per_step(system),
    )


def root_of(xml: Path) -> Any:
    """The element `simulation` of an input or a checkpoint; None if the file holds something else."""
    try:
        root = ElementTree.parse(xml).getroot()
    except (ElementTree.ParseError, OSError, UnicodeDecodeError):
        return None
    return root if root.tag == "simulation" else None


def _one_system(xml: Path, root: Any, output: Any) -> Any:
    systems = root.findall("system")
    templates = root.findall("system_template")
    number = len(systems) + sum(len(each.findall("instance")) for each in templates)
    if number == 1 and systems:
        return systems[0]
    if number == 0:
        raise TrajectoryError(f"`{xml}`: expected an element `system`, got none")
    got = "one from a `system_template`" if number == 1 else f"{number}"
    files = f"{_name(output.get('prefix', 'i-pi'), '.')}NAME_*.xyz"
    raise TrajectoryError(
        f"`{xml}`: expected one system, got {got}; name the files of one, such as `PREFIX_{files}`, instead of the "
        "input"
    )


def _name(text: str, separator: str) -> str:
    """A part of a file's name, with what joins it to the next."""
    return f"{text.strip()}{separator}" if text.strip() else ""


def _word(element: Any, attribute: str, default: str) -> str:
    return str(element.get(attribute, default)).strip().strip("'\"").strip()


def _integer(text: str, what: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise TrajectoryError(f"`{what}`: expected an integer, got `{text.strip()}`") from error


def _positive(element: Any, attribute: str) -> int:
    value = _integer(_word(element, attribute, "1"), attribute)
    if value < 1:
        raise TrajectoryError(f"`{attribute}`: expected at least 1, got {value}")
    return value


def _quantity(element: Any, units: dict[str, float], default: float | None = None) -> float | None:
    """A number in our units; `default` is in atomic units."""
    if element is None or not (element.text or "").strip():
        return None if default is None else default * units["atomic_unit"]
    try:
        number = float(element.text)
    except ValueError as error:
        raise TrajectoryError(f"`{element.tag}`: expected a number, got `{element.text.strip()}`") from error
    return number * factor(units, element.get("units"), element.tag)


def _beads(system: Any) -> int:
    """Their number, from an input or from a checkpoint."""
    for name in ("initialize", "beads"):
        element = system.find(name)
        if element is not None and element.get("nbeads") is not None:
            return _positive(element, "nbeads")
    return 1


def _ensemble(dynamics: Any, beads: int) -> tuple[str, str | None]:
    """The ensemble in words, and the kind of thermostat (see `Run`)."""
    if dynamics is None:
        return "unknown", None
    mode = _word(dynamics, "mode", "nve")
    thermostat = dynamics.find("thermostat")
    bath = "" if thermostat is None or mode == "nve" else _word(thermostat, "mode", "")
    is_global = bath in _GLOBAL_THERMOSTATS or (beads == 1 and bath in _GLOBAL_FOR_CENTROIDS)
    kind = "none" if not bath else "global" if is_global else "local"
    return mode.upper() + (f" ({bath.upper().replace('_', '-')})" if bath else ""), kind


def _one_force_per_step(system: Any) -> bool:
    motion = system.find("motion")
    dynamics = None if motion is None else motion.find("dynamics")
    if dynamics is None or _word(motion, "mode", "") != "dynamics":
        return False
    levels = (dynamics.findtext("nmts") or "").strip("[] \t\n").split(",")
    inner = [_integer(level, "nmts") for level in levels if level.strip()]
    return _word(dynamics, "mode", "nve") in _ONE_FORCE_PER_STEP and len(inner) < 2 and math.prod(inner) == 1


def _trajectory(element: Any, folder: Path, base: str) -> TrajectoryOutput:
    return TrajectoryOutput(
        quantity=(element.text or "").split("(")[0].split("{")[0].strip(),
        stem=folder / f"{base}{element.get('filename', 'traj').strip()}",
        stride=_positive(element, "stride"),
        format=_word(element, "format", "xyz"),
        bead=_integer(_word(element, "bead", "-1"), "bead"),
        extra_type=_word(element, "extra_type", "raw"),
    )
