"""Which files of an i-PI run are its trajectory: those of all beads, if there are such, with what belongs to them."""

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
class _Found:
    """Files of an element of the input, by bead; that of a centroid as of bead 0."""

    output: TrajectoryOutput
    files: dict[int, Path]


def trajectory_of(
    outputs: Sequence[TrajectoryOutput], beads: int, *, every_second: bool = False
) -> tuple[Trajectory, tuple[str, ...]]:
    """Return the trajectory of the beads or, without one, that of the centroid; what was left out, in sentences.

    Positions of a part of the beads are no ring polymer: of these, the first bead alone is taken, and only where there
    is no centroid. Velocities and forces are taken if there are some for each frame of positions.

    Args:
        outputs: As the input has them.
        beads: Number of beads.
        every_second: Whether only the beads 0, 2, 4, ... are wanted, as of the Suzuki–Chin splitting.
    """
    wanted = range(0, beads, 2 if every_second else 1)
    there = _found(outputs, "positions", beads)
    of_beads = _best([chosen for found in there if (chosen := _wanted(found, wanted)).files])
    even = "_even" if every_second else ""
    centroid = _best(_found(outputs, f"x_centroid{even}", None))
    notes: list[str] = []
    if there and of_beads is None:
        notes.append("Positions of beads with odd numbers are left out, since these don't sample.")
    if of_beads is not None and (len(of_beads.files) == len(wanted) or centroid is None):
        names = ("velocities", "forces")
        if len(of_beads.files) < len(wanted):
            bead = min(of_beads.files)
            alone = f"Positions are those of bead {bead} alone, since there are no files of all {beads} beads"
            notes.append(f"{alone}: its motion is no dynamics, and results of all beads aren't compared with its own.")
            # Velocities of one bead are those of fictitious momenta.
            of_beads, names = _Found(of_beads.output, {bead: of_beads.files[bead]}), ("", "")
        positions, number = of_beads, beads
    elif centroid is not None:
        names, positions, number = (f"v_centroid{even}", f"f_centroid{even}"), centroid, None
        if beads > 1:
            notes.append(
                f"Positions are those of the centroid of {beads} beads: structure is sharper than that of the nuclei, "
                "and motion means something in RPMD, TRPMD and CMD only."
            )
    else:
        return Trajectory(), tuple(notes)
    velocities, forces = (_companions(_found(outputs, name, number), positions, notes) for name in names)
    files = tuple(positions.files.values())
    return Trajectory(files, velocities, forces, every_second=every_second), tuple(notes)


def files_of_beads(output: TrajectoryOutput, beads: int, ending: str) -> dict[int, Path]:
    """Return the files of an element of the input, by bead in increasing order; those of other runs aren't taken.

    Args:
        output: The element.
        beads: Number of beads.
        ending: Of the files' names.
    """
    numbered: dict[int, Path] = {}
    name = re.compile(rf"{re.escape(output.stem.name)}_(\d+){re.escape(ending)}")
    # i-PI numbers with one digit more than the logarithm of the number of beads has.
    digits = len(str(beads))
    for path in sorted(output.stem.parent.glob("*")):
        found = name.fullmatch(path.name)
        # Not more digits than there are numbers of beads.
        if found is None or len(found[1]) > _DIGITS or not is_file(path):
            continue
        if len(found[1]) == digits or int(found[1]) not in numbered:
            numbered[int(found[1])] = path
    written = output.beads(beads)
    return {bead: numbered[bead] for bead in sorted(numbered) if bead in written}


def _found(outputs: Sequence[TrajectoryOutput], quantity: str, beads: int | None) -> list[_Found]:
    """Return the elements of this quantity whose files are there; `beads` is None for quantities of the centroid."""
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
            found.append(_Found(output, files))
    return found


def _wanted(found: _Found, wanted: range) -> _Found:
    """With the files of these beads alone."""
    return _Found(found.output, {bead: path for bead, path in found.files.items() if bead in wanted})


def _best(found: Sequence[_Found]) -> _Found | None:
    """That of the most beads; of these, that with the most frames."""
    return max(found, key=lambda each: (len(each.files), -each.output.stride), default=None)


def _companions(found: Sequence[_Found], positions: _Found, notes: list[str]) -> tuple[Path, ...]:
    """Return one file of velocities or forces for each file of positions; none, and a note, if some are missing."""
    for each in found:
        if set(positions.files) <= set(each.files) and positions.output.stride % each.output.stride == 0:
            return tuple(each.files[bead] for bead in positions.files)
    for each in found:
        what = each.output.quantity
        reason = "frames" if set(positions.files) <= set(each.files) else "beads"
        names = f"`{next(iter(each.files.values())).name}`"
        notes.append(f"The {what} in {names} are left out, since they lack {reason} that the positions have.")
    return ()
