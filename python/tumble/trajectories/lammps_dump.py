"""Reader of LAMMPS text dumps: `dump custom` and `dump atom`.

Atoms are sorted by `id`, a required column, since LAMMPS writes atoms in any order. Positions come from the first of
these sets of columns that the dump has: `xu yu zu` or `xsu ysu zsu` (unwrapped); `x y z` or `xs ys zs`, which are
unwrapped with `ix iy iz` if the dump has these columns. As in MDAnalysis, the lower corner of the box is the origin,
unless no edge is periodic. Velocities and forces have the units of the simulation: they need `ITEM: UNITS`
(`dump_modify units yes`) or `units`, and are left out otherwise. `ITEM: TIME` (`dump_modify time yes`) gives times if
the units are known.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from typing_extensions import override

from tumble.errors import ConfigurationError, TrajectoryError
from tumble.trajectories.boxes import PARTLY_PERIODIC, dimensions_of
from tumble.trajectories.frame_index import HEADER, Header
from tumble.trajectories.frames import Frame, Indices
from tumble.trajectories.number_words import count_of, floats_of, integers_of
from tumble.trajectories.text_frames import TextFrames
from tumble.types import Array
from tumble.units.lammps import lammps_units

_HEADER = re.compile(
    rb"(ITEM: UNITS[^\n]*\n(?P<units>[^\n]*)\n)?(ITEM: TIME[^S\n]*\n(?P<time>[^\n]*)\n)?"
    rb"ITEM: TIMESTEP[^\n]*\n(?P<step>[^\n]*)\nITEM: NUMBER OF ATOMS[^\n]*\n(?P<atoms>[^\n]*)\n"
)
_BEFORE = re.compile(rb"(ITEM: UNITS[^\n]*\n[^\n]*\n)?(ITEM: TIME[^S\n]*\n[^\n]*\n)?\Z")
_LINES = 9  # of a header without units and time

#: Columns of positions, in order of preference: whether they are scaled, and whether they are unwrapped.
_POSITIONS = {
    ("xu", "yu", "zu"): (False, True),
    ("xsu", "ysu", "zsu"): (True, True),
    ("x", "y", "z"): (False, False),
    ("xs", "ys", "zs"): (True, False),
}
_IMAGES = ("ix", "iy", "iz")
_VELOCITIES = ("vx", "vy", "vz")
_FORCES = ("fx", "fy", "fz")
_NO_BOUNDARIES = "The dump doesn't give boundary conditions: its box is taken as periodic along all edges."


_FIRST = re.compile(rb"ITEM: (UNITS|TIME|TIMESTEP)")


class Box(NamedTuple):
    """The box of a frame.

    Attributes:
        origin: Lower corner, [3] in Å.
        vectors: Rows, [3,3] in Å.
        periodic: Whether it is periodic along each edge; None if the header doesn't say so.
    """

    origin: Array
    vectors: Array
    periodic: list[bool] | None


class LammpsDump(TextFrames):
    """Frames of one file.

    Args:
        path: The file.
        units: Style of units of the simulation; needed for velocities and forces if the file doesn't name it.
    """

    title = "dumps of LAMMPS"
    key = b"ITEM: TIMESTEP"

    @classmethod
    @override
    def recognizes(cls, head: bytes) -> bool:
        return _FIRST.match(head) is not None

    def _begin(self, file: BinaryIO) -> None:
        found = _HEADER.match(file.read(HEADER))
        number = None if found is None else count_of(found["atoms"].strip())
        if found is None or number is None:
            raise TrajectoryError(f"`{self.path}`: expected the header of a dump of LAMMPS, got something else")
        self.n_atoms = number
        if found["units"] is not None:
            try:
                own = lammps_units(found["units"].decode(errors="replace").strip())
            except ConfigurationError as error:
                raise TrajectoryError(f"`{self.path}`: {error}") from error
            if self.units is not None and self.units != own:
                self.notes += (f"Units are `{self.units.style}`, as given, where `{self.path}` says `{own.style}`.",)
            self.units = self.units or own
        self._columns: dict[str, int] | None = None

    @override
    def start(self, text: bytes, key: int) -> int:
        before = _BEFORE.search(text, max(key - 200, 0), key)
        return key if before is None else before.start()

    @override
    def header(self, text: bytes) -> Header:
        found = _HEADER.match(text)
        if found is None or not found["atoms"].strip().isdigit():
            return Header(1 << 62)  # cut off in its header
        if found["atoms"].strip() != b"%d" % self.n_atoms:
            raise TrajectoryError(
                f"`{self.path}`: expected {self.n_atoms} atoms in each frame, got {found['atoms'].decode().strip()} at "
                f"step {found['step'].decode(errors='replace').strip()}; dump a group that keeps its atoms"
            )
        lines = _LINES + 2 * (found["units"] is not None) + 2 * (found["time"] is not None) + self.n_atoms
        try:
            (step,) = integers_of([found["step"]])
            (time,) = (None,) if found["time"] is None else floats_of([found["time"]])
        except ValueError as error:
            raise TrajectoryError(f"`{self.path}`: expected a number in the header of a frame, got: {error}") from error
        if step < 0 or (time is not None and not isfinite(time)):
            raise TrajectoryError(f"`{self.path}`: expected a step from 0 and a finite time, got {step} and {time}")
        return Header(lines, step, None if time is None or self.units is None else time * self.units.time)

    def _parse(self, text: bytes) -> Frame:
        begin = text.index(b"ITEM: BOX BOUNDS")
        end = text.index(b"ITEM: ATOMS", begin)
        box = self._box(text[begin:end].decode())
        stop = text.index(b"\n", end)
        names = text[end:stop].decode().split()[2:]
        if self._columns is None:
            self._look_at(names, box)
        if names != list(self._columns or ()):
            raise TrajectoryError(
                f"expected the columns {' '.join(self._columns or ())} as in the first frame, got {' '.join(names)}"
            )
        words = text[stop:].split()
        if len(words) != len(names) * self.n_atoms:
            raise TrajectoryError(
                f"expected {len(names)} words for each of {self.n_atoms} atoms, got {len(words)} words"
            )
        return self._frame(words, box)

    def _box(self, text: str) -> Box:
        first, *lines = text.splitlines()
        words = first.split()[3:]
        if words[:2] == ["abc", "origin"]:
            raise TrajectoryError(
                "expected a box with a along x and b in the xy plane, got a general triclinic one; dump "
                "without `triclinic/general`"
            )
        tilted = words[:3] == ["xy", "xz", "yz"]
        flags = words[3:] if tilted else words
        if len(flags) not in (0, 3) or not all(re.fullmatch("[pfsm]{2}", flag) for flag in flags):
            raise TrajectoryError(f"expected `ITEM: BOX BOUNDS` with three boundaries such as `pp`, got `{first}`")
        periodic = [flag == "pp" for flag in flags] if flags else None
        bounds = np.array([floats_of(line.encode().split()) for line in lines])
        if bounds.shape != (3, 3 if tilted else 2) or not np.isfinite(bounds).all():
            raise TrajectoryError(f"expected the bounds of a box, got `{'; '.join(lines)}`")
        if not tilted:
            return Box(bounds[:, 0], np.diag(bounds[:, 1] - bounds[:, 0]), periodic)
        # https://docs.lammps.org/Howto_triclinic.html: the bounds enclose the tilted box.
        xy, xz, yz = bounds[:, 2]
        low = bounds[:, 0] - [min(0.0, xy, xz, xy + xz), min(0.0, yz), 0.0]
        high = bounds[:, 1] - [max(0.0, xy, xz, xy + xz), max(0.0, yz), 0.0]
        lengths = high - low
        return Box(low, np.array([[lengths[0], 0, 0], [xy, lengths[1], 0], [xz, yz, lengths[2]]]), periodic)

    def _look_at(self, names: list[str], box: Box) -> None:
        """Decide which columns are read."""
        if "id" not in names:
            raise TrajectoryError(
                f"expected a column `id`, since LAMMPS writes atoms in any order, got {' '.join(names)}"
            )
        found = next((columns for columns in _POSITIONS if set(columns) <= set(names)), None)
        if found is None:
            raise TrajectoryError(f"expected columns `x y z`, scaled or unwrapped, got {' '.join(names)}")
        self._positions = found
        self._scaled, self.unwrapped = _POSITIONS[found]
        self._images = not self.unwrapped and set(_IMAGES) <= set(names)
        # LAMMPS before 2010 and some other programs write no boundary conditions.
        self._periodic = box.periodic
        self._edges = [True] * 3 if box.periodic is None else box.periodic
        self.unwrapped = self.unwrapped or self._images or not any(self._edges)
        self._columns = {name: column for column, name in enumerate(names)}
        unknown = [name for name in (*_VELOCITIES, *_FORCES) if name in names and self.units is None]
        if unknown:
            self.notes += (f"Columns {', '.join(unknown)} are left out: give `units`, the style of units of LAMMPS.",)
        if box.periodic is None:
            self.notes += (_NO_BOUNDARIES,)
        if 0 < sum(self._edges) < 3:
            self.notes += (PARTLY_PERIODIC,)

    def _frame(self, words: list[bytes], box: Box) -> Frame:
        if box.periodic != self._periodic:
            raise TrajectoryError("expected a box with the boundaries of the first frame, got others")
        order = self._order(words)
        positions = self._numbers(words, self._positions)[order]
        if self._scaled:
            positions = positions @ box.vectors + box.origin
        if self._images:
            positions += self._numbers(words, _IMAGES)[order] @ box.vectors
        if any(self._edges):
            positions -= box.origin
        frame = Frame(positions=positions, dimensions=dimensions_of(box.vectors, self._edges))
        if self._like_first is not None:
            frame.data["like_first"] = self._like_first
        if self.units is not None:
            if self._has(_VELOCITIES):
                frame.velocities = self._numbers(words, _VELOCITIES)[order] * self.units.velocity
            if self._has(_FORCES):
                frame.forces = self._numbers(words, _FORCES)[order] * self.units.force
        return frame

    def _has(self, names: tuple[str, ...]) -> bool:
        return all(name in (self._columns or ()) for name in names)

    def _words(self, words: list[bytes], name: str) -> list[bytes]:
        """Return a column."""
        columns = self._columns or {}
        return words[columns[name] :: len(columns)]

    def _numbers(self, words: list[bytes], names: tuple[str, ...]) -> Array:
        """Return the columns of numbers, [N,K]."""
        columns = [floats_of(self._words(words, name)) for name in names]
        return np.asarray(np.array(columns).T, dtype=np.float64)

    def _order(self, words: list[bytes]) -> Indices:
        """Return the row of each atom, in the order of `id`; keep ids, types and labels of the first frame."""
        ids = np.array(integers_of(self._words(words, "id")), dtype=np.int64)
        order = np.argsort(ids, kind="stable")
        kinds = {name: np.array(self._words(words, name))[order] for name in ("type", "element") if self._has((name,))}
        if self.ids is None:
            if np.any(np.diff(ids[order]) == 0):
                raise TrajectoryError("expected a unique number (`id`) for each atom, got one twice")
            self.ids = ids[order]
            self._kinds = kinds
            if "type" in kinds and all(kind.isdigit() for kind in kinds["type"].tolist()):
                self.types = np.array(integers_of(kinds["type"].tolist()), dtype=np.int64)
            self.labels = self._labels(kinds.get("element"))
        if not np.array_equal(ids[order], self.ids):
            raise TrajectoryError(
                "expected the atoms of the first frame, got others; dump a group that keeps its atoms"
            )
        self._like_first = self._exchanged(kinds)
        return order

    def _exchanged(self, kinds: dict[str, Any]) -> Indices | None:
        """Return atom indices in an order that has the kinds of the first frame; None if no kind has changed."""
        if all(np.array_equal(found, self._kinds[name]) for name, found in kinds.items()):
            return None
        now, first = (np.rec.fromarrays(list(each.values())) for each in (kinds, self._kinds))
        orders = [np.argsort(each, kind="stable") for each in (now, first)]
        if not np.array_equal(now[orders[0]], first[orders[1]]):
            raise TrajectoryError("expected as many atoms of each type as in the first frame, got others")
        like_first = np.empty(self.n_atoms, dtype=np.int64)
        like_first[orders[1]] = orders[0]
        return like_first

    def _labels(self, elements: Any) -> tuple[str, ...] | None:
        """Return the elements, if the dump has them."""
        if elements is None:
            return None
        found = [word.decode(errors="replace") for word in elements.tolist()]
        if self.types is not None and len(set(self.types)) > 1 and set(found) == {"C"}:
            return None  # LAMMPS writes C for each type unless `dump_modify element` gives the elements
        return tuple(found)
