"""Choice of the files that are the trajectory of an i-PI run: those of all beads, if present, else of the centroid."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tumble.runs.ipi.input import TrajectoryOutput
from tumble.runs.run import Trajectory
from tumble.runs.text_rows import is_file

_DIGITS = 15
# Endings of the formats of i-PI that can be read (`bin` can't).
_ENDINGS = {"xyz": ".xyz", "pdb": ".pdb", "ase": ".extxyz"}


@dataclass(frozen=True)
class _BeadFiles:
    """Files of an element of the input, by bead; a file of the centroid counts as bead 0."""

    output: TrajectoryOutput
    files: dict[int, Path]


def trajectory_of(
    outputs: Sequence[TrajectoryOutput], beads: int, *, every_second: bool = False
) -> tuple[Trajectory, tuple[str, ...]]:
    """Return the trajectory of the beads or else of the centroid, and sentences about what was left out.

    Positions of some of the beads don't form a ring polymer: in this case the centroid is used or, without it, the
    first of these beads alone. Velocities and forces are used if each frame of positions has them.

    Args:
        outputs: Elements `trajectory` of the input.
        beads: Number of beads.
        every_second: Whether to use only the beads 0, 2, 4, ..., as in the Suzuki–Chin splitting.
    """
    wanted = range(0, beads, 2 if every_second else 1)
    there = _found(outputs, "positions", beads)
    of_beads = _best([chosen for found in there if (chosen := _wanted(found, wanted)).files])
    even = "_even" if every_second else ""
    centroid = _best(_found(outputs, f"x_centroid{even}", None))
    notes: list[str] = []
    if there and of_beads is None:
        notes.append("Positions of beads with odd numbers are left out, since these don't sample the distribution.")
    if of_beads is not None and (len(of_beads.files) == len(wanted) or centroid is None):
        names = ("velocities", "forces")
        if len(of_beads.files) < len(wanted):
            bead = min(of_beads.files)
            alone = f"Positions are those of bead {bead} alone, since the files of all {beads} beads are missing"
            notes.append(f"{alone}: its motion is not physical dynamics, and its results aren't compared with others.")
            # The velocity of one bead has no physical meaning.
            of_beads, names = _BeadFiles(of_beads.output, {bead: of_beads.files[bead]}), ("", "")
        positions, number = of_beads, beads
    elif centroid is not None:
        names, positions, number = (f"v_centroid{even}", f"f_centroid{even}"), centroid, None
        if beads > 1:
            notes.append(
                f"Positions are those of the centroid of {beads} beads: its structure is sharper than that of the "
                "nuclei, and its motion has a meaning in RPMD, TRPMD and CMD only."
            )
    else:
        return Trajectory(), tuple(notes)
    velocities, forces = (_companions(_found(outputs, name, number), positions, notes) for name in names)
    files = tuple(positions.files.values())
    return Trajectory(files, velocities, forces, every_second=every_second), tuple(notes)


def files_of_beads(output: TrajectoryOutput, beads: int, ending: str) -> dict[int, Path]:
    """Return the files of an element of the input, by bead in increasing order, without files of other runs.

    Args:
        output: The element.
        beads: Number of beads.
        ending: Ending of the file names.
    """
    numbered: dict[int, Path] = {}
    name = re.compile(rf"{re.escape(output.stem.name)}_(\d+){re.escape(ending)}")
    # i-PI pads bead numbers to as many digits as the number of beads has.
    digits = len(str(beads))
    for path in sorted(output.stem.parent.glob("*")):
        found = name.fullmatch(path.name)
        # Longer numbers can't be bead numbers.
        if found is None or len(found[1]) > _DIGITS or not is_file(path):
            continue
        if len(found[1]) == digits or int(found[1]) not in numbered:
            numbered[int(found[1])] = path
    written = output.beads(beads)
    return {bead: numbered[bead] for bead in sorted(numbered) if bead in written}


def _found(outputs: Sequence[TrajectoryOutput], quantity: str, beads: int | None) -> list[_BeadFiles]:
    """Return the elements of this quantity whose files exist; `beads` is None for quantities of the centroid."""
    found = []
    for output in outputs:
        ending = _ENDINGS.get(output.format)
        if output.quantity != quantity or ending is None:
            continue
        whole = output.stem.parent / f"{output.stem.name}{ending}"
        files = {} if beads is None else files_of_beads(output, beads, ending)
        if not files and (beads is None or beads == 1) and is_file(whole):
            files = {0: whole}
        if files:
            found.append(_BeadFiles(output, files))
    return found


def _wanted(found: _BeadFiles, wanted: range) -> _BeadFiles:
    """Return the files of these beads only."""
    return _BeadFiles(found.output, {bead: path for bead, path in found.files.items() if bead in wanted})


def _best(found: Sequence[_BeadFiles]) -> _BeadFiles | None:
    """Return the files with the most beads; among equals those with the most frames."""
    return max(found, key=lambda each: (len(each.files), -each.output.stride), default=None)


def _companions(found: Sequence[_BeadFiles], positions: _BeadFiles, notes: list[str]) -> tuple[Path, ...]:
    """Return one file of velocities or forces for each file of positions; none, and a note, if some are missing."""
    for each in found:
        if set(positions.files) <= set(each.files) and positions.output.stride % each.output.stride == 0:
            return tuple(each.files[bead] for bead in positions.files)
    for each in found:
        what = each.output.quantity
        reason = "frames" if set(positions.files) <= set(each.files) else "beads"
        names = f"`{next(iter(each.files.values())).name}`"
        notes.append(f"The {what} in {names} are left out, since they lack {reason} of the positions.")
    return ()
