"""Reader of the XML input of i-PI, or a checkpoint (`RESTART`), with i-PI's defaults for missing elements.

Output files are named as in i-PI (`ipi.engine.simulation`, `ipi.engine.outputs`): `SYSTEM_PREFIX.FILENAME`, without
empty parts.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tumble.errors import TrajectoryError
from tumble.runs.ipi.atoms import atoms_of
from tumble.runs.ipi.elements import (
    integer_of,
    positive_of,
    quantity_of,
    word_of,
)
from tumble.runs.ipi.motion import Motion, motion_of
from tumble.runs.text_rows import is_file
from tumble.units.ipi import PRESSURE, TEMPERATURE

# Outputs of an input without the element `output` (`ipi.inputs.outputs.InputOutputs.make_default`).
_DEFAULT_OUTPUT = """
<output prefix='i-pi'>
  <properties filename='md' stride='10'> [ time, step, conserved, temperature, potential, kinetic_cv ] </properties>
  <trajectory filename='pos' stride='100' format='xyz'> positions </trajectory>
</output>
"""
# Values of `smotion` that change the distribution that a system samples.
_BIASES = {
    "metad": "metadynamics",
    "dmd": "a driving force",
    "remd": "replica exchange",
}


@dataclass(frozen=True)
class PropertiesOutput:
    """An element `properties`.

    Attributes:
        path: Output file.
        stride: Steps from one row to the next.
        names: What it writes, as in the input, such as `kinetic_cv(O){electronvolt}`.
    """

    path: Path
    stride: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrajectoryOutput:
    """An element `trajectory`.

    Attributes:
        quantity: Quantity that it writes, such as `positions`, without units.
        stem: Path of its files, without bead number and ending.
        stride: Steps from one frame to the next.
        format: `xyz`, `pdb`, `ase` or `bin`.
        bead: Number of the bead that it writes; if negative, every −`bead`th bead is written.
        extra_type: Keys of the extras, separated by commas.
        units: Units of the quantity; empty for atomic units.
        cell_units: Units of the cell; empty for bohr.
    """

    quantity: str
    stem: Path
    stride: int
    format: str
    bead: int
    extra_type: str
    units: str = ""
    cell_units: str = ""

    @property
    def extra_keys(self) -> list[str]:
        """Keys of the extras."""
        return [key.strip() for key in self.extra_type.split(",")]

    def beads(self, number: int) -> range:
        """Return the numbers of the beads that are written if there are `number` beads."""
        if self.bead < 0:
            return range(0, number, -self.bead)
        return range(self.bead, min(self.bead + 1, number))


@dataclass(frozen=True)
class IpiInput:
    """Contents of an input.

    Attributes:
        properties: Outputs of properties, in the order of the input.
        trajectories: Outputs of trajectories, in the order of the input.
        motion: Motion of the atoms.
        pressure: Pressure of the barostat, bar; None without one.
        temperature: K; None if it isn't set, or changes.
        beads: Number of beads.
        atoms: Number of atoms of each label; empty if unknown.
        rotations: Description of the rotations over which i-PI itself averages the forces; None without them.
        start: Step from which it starts.
        total_steps: Step at which it ends.
        notes: Sentences for the reader of averages.
    """

    properties: tuple[PropertiesOutput, ...]
    trajectories: tuple[TrajectoryOutput, ...]
    motion: Motion
    pressure: float | None
    temperature: float | None
    beads: int
    atoms: Mapping[str, int]
    start: int
    total_steps: int = 1000
    rotations: str | None = None
    notes: tuple[str, ...] = ()


def read_ipi_input(xml: Path) -> IpiInput:
    """Read an input of one system.

    Raises:
        TrajectoryError: If it isn't an input of i-PI, has several systems, or words in place of numbers.
    """
    root = parsed_root(xml)
    return read_ipi_system(xml, root, _one_system(xml, root, _output(root)))


def read_ipi_system(xml: Path, root: Any, system: Any) -> IpiInput:
    """Read one of the systems of an input.

    Args:
        xml: The input.
        root: Its element `simulation`.
        system: An element `system`.

    Raises:
        TrajectoryError: If there are words in place of numbers.
    """
    try:
        return _read(xml, root, system, _output(root))
    except TrajectoryError as error:
        raise TrajectoryError(f"`{xml}`: {error}") from error


def root_of(xml: Path) -> Any:
    """Return the element `simulation` of an input or a checkpoint; None for another file."""
    try:
        return parsed_root(xml)
    except TrajectoryError:
        return None


def parsed_root(xml: Path) -> Any:
    """Return the element `simulation`.

    Raises:
        TrajectoryError: If the file isn't an input of i-PI.
    """
    expected = f"`{xml}`: expected an input of i-PI, with the element `simulation`, got"
    # Reading a pipe could wait forever.
    if not is_file(xml):
        raise TrajectoryError(f"{expected} no file")
    try:
        root = ElementTree.parse(xml).getroot()
    # The last two are raised for encodings that Python or the parser doesn't know.
    except (ElementTree.ParseError, OSError, ValueError, LookupError) as error:
        raise TrajectoryError(f"{expected} a file that can't be read: {error}") from error
    if root.tag != "simulation":
        raise TrajectoryError(f"{expected} `{root.tag[:40]}`")
    return root


def _output(root: Any) -> Any:
    output = root.find("output")
    return ElementTree.fromstring(_DEFAULT_OUTPUT) if output is None else output


def _read(xml: Path, root: Any, system: Any, output: Any) -> IpiInput:
    beads = _beads(system)
    motion = motion_of(system, beads)
    temperature = quantity_of(system.find("ensemble/temperature"), TEMPERATURE)
    has_one = motion.keeps_temperature and motion.unsampled is None
    base = _name(system.get("prefix", ""), "_") + _name(output.get("prefix", "i-pi"), ".")
    start, end = root.find("step"), root.find("total_steps")
    return IpiInput(
        properties=tuple(
            PropertiesOutput(
                path=xml.parent / f"{base}{each.get('filename', 'out').strip()}",
                stride=positive_of(each, "stride"),
                names=tuple(_properties(each.text or "")),
            )
            for each in output.findall("properties")
        ),
        trajectories=tuple(_trajectory(each, xml.parent, base) for each in output.findall("trajectory")),
        motion=motion,
        pressure=quantity_of(system.find("ensemble/pressure"), PRESSURE) if "NPT" in motion.words else None,
        temperature=temperature if has_one and temperature is not None and temperature >= 0 else None,
        beads=beads,
        atoms=atoms_of(system, xml.parent),
        start=0 if start is None else integer_of(start.text or "0", "step"),
        total_steps=1000 if end is None else integer_of(end.text or "1000", "total_steps"),
        rotations=_rotations(root),
        notes=(*motion.notes, *_notes(root, system)),
    )


def _rotations(root: Any) -> str | None:
    """Return a description of the elements `ffrotations`, which average the results of a driver over rotations."""
    found = []
    for element in root.iter("ffrotations"):
        flags = [name for name in ("random", "inversion") if (element.findtext(name) or "").strip().lower() == "true"]
        order = integer_of(element.findtext("grid_order") or "1", "grid_order")
        grid = [] if order == 1 else [f"{(element.findtext('grid_mode') or 'legendre').strip()} {order}"]
        found.append(f"ffrotations of i-PI ({', '.join([*grid, *flags]) or 'one rotation'})")
    return ", ".join(dict.fromkeys(found)) or None


def _notes(root: Any, system: Any) -> list[str]:
    """Return notes on elements other than the motion that change averages or the meaning of beads."""
    notes = []
    if system.find("ensemble/bias") is not None and len(system.find("ensemble/bias")) > 0:
        notes.append("A bias acts on the atoms (`bias`): averages are those of the biased ensemble.")
    modes = [word_of(each, "mode", "dummy") for each in root.iter("smotion")]
    notes += [
        f"The run has {_BIASES[mode]} (`smotion`): averages over its steps aren't those of one equilibrium."
        for mode in dict.fromkeys(modes)
        if mode in _BIASES
    ]
    for name, what in (("open_paths", "open paths"), ("bosons", "exchange of bosons")):
        element = system.find(f"normal_modes/{name}")
        if element is not None and (element.text or "").strip(" []\n\t"):
            notes.append(f"Some atoms have {what} (`{name}`): results for ring polymers don't hold for them.")
    return notes


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
    if any(word_of(each, "mode", "dummy") == "remd" for each in root.iter("smotion")):
        raise TrajectoryError(
            f"`{xml}`: expected one system, got {got} that exchange their temperatures or pressures; sort their files "
            "with `i-pi-remdsort` and give the files of one ensemble instead of the input, since a file of i-PI holds "
            "frames of several ensembles"
        )
    raise TrajectoryError(
        f"`{xml}`: expected one system, got {got}; give the files of one system, such as `PREFIX_{files}`, instead of "
        "the input"
    )


def _name(text: str, separator: str) -> str:
    """Return a part of a file name with the separator that follows it; empty for an empty part."""
    return f"{text.strip()}{separator}" if text.strip() else ""


def _beads(system: Any) -> int:
    """Return the number of beads, from an input or a checkpoint."""
    for name in ("initialize", "beads"):
        element = system.find(name)
        if element is not None and element.get("nbeads") is not None:
            return positive_of(element, "nbeads")
    return 1


def _properties(text: str) -> list[str]:
    """Return the names in a list; a comma within parentheses separates arguments, as in `atom_x{angstrom}(0,1)`."""
    return [name.strip() for name in re.split(r",(?![^(]*\))", text.strip().strip("[]")) if name.strip()]


def _trajectory(element: Any, folder: Path, base: str) -> TrajectoryOutput:
    text = element.text or ""
    units = re.search(r"\{([^}]*)\}", text)
    return TrajectoryOutput(
        quantity=text.split("(")[0].split("{")[0].strip(),
        stem=folder / f"{base}{element.get('filename', 'traj').strip()}",
        stride=positive_of(element, "stride"),
        format=word_of(element, "format", "xyz"),
        bead=integer_of(word_of(element, "bead", "-1"), "bead"),
        extra_type=word_of(element, "extra_type", "raw"),
        units="" if units is None else units[1].strip(),
        cell_units=word_of(element, "cell_units", ""),
    )
