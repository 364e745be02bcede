"""Reader of extended xyz files of ASE, i-PI (`format='ase'`) and LAMMPS (`dump extxyz`), and of plain xyz files.

The comment has `key=value` pairs, which ASE's own parser reads: `Lattice` and `pbc` describe the cell, `Properties`
names the columns, all other pairs (energies, stresses, …) go to `ts.data["info"]`. Further columns of real numbers go
to `ts.data["arrays"]` under their names, in the units of the file. Positions are in Å. ASE writes `momenta`, from which
velocities follow, and forces in eV/Å; i-PI writes ASE's units. Velocities and forces of LAMMPS have the units of its
simulation and are left out if `units` isn't given; so are velocities of unknown unit. The format doesn't show whether
atoms of one element were exchanged, which no engine does by default.
"""

from __future__ import annotations

import re
from typing import Any

import ase.units
import numpy as np
from ase.io.extxyz import key_val_str_to_dict
from typing_extensions import override

from tumble.errors import TrajectoryError
from tumble.trajectories.boxes import PARTLY_PERIODIC, dimensions_of
from tumble.trajectories.elements import masses_of
from tumble.trajectories.frames import Frame
from tumble.trajectories.ipi_comment import IPI_WORDS, Comment, parse_comment
from tumble.trajectories.xyz_frames import XYZFrames, comment_of
from tumble.types import Array
from tumble.units.constants import EV_IN_KJ_PER_MOL

_LATTICE = re.compile(r"""\bLattice\s*=\s*["'{\[]*([^"'}\]]*)""", re.IGNORECASE)
_PLAIN = "species:S:1:pos:R:3"
_VELOCITIES = ("vel", "velo", "velocities")
_FORCES = ("forces", "force")


class ExtendedXYZ(XYZFrames):
    """Frames of one file.

    Args:
        path: The file.
        units: Style of units of the simulation, for velocities and forces that LAMMPS wrote.
    """

    title = "extended xyz"

    @classmethod
    @override
    def recognizes(cls, head: bytes) -> bool:
        return comment_of(head) is not None

    def _look_at(self, comment: str) -> None:
        info = self._info(comment)
        self._properties = str(info.get("Properties", _PLAIN))
        self.key = b"Properties=" if "Properties" in info else self._count_line
        self._lammps = "Timestep" in info
        self._columns: dict[str, list[int]] = {}
        self._label = 0
        words = self._properties.split(":")
        if len(words) % 3 or not all(count.isdigit() for count in words[2::3]):
            raise TrajectoryError(f"`{self.path}`: expected `Properties=name:type:columns:…`, got `{self._properties}`")
        self._words = 0
        for name, kind, count in zip(words[::3], words[1::3], map(int, words[2::3]), strict=True):
            if name in ("species", "symbols", "element"):
                self._label = self._words
            elif kind == "R":
                self._columns[name] = list(range(self._words, self._words + count))
            self._words += count
        ipi = self._ipi(info)
        if ipi is not None:
            self.bead, self.centroid, self.quantity, self.unwrapped = ipi.bead, ipi.centroid, ipi.quantity, True
        self._boxed = self._periodic(info)
        if 0 < sum(self._boxed) < 3:
            self.notes += (PARTLY_PERIODIC,)
        self._note_unknown()

    def _note_unknown(self) -> None:
        """Add a note about columns that are left out because their units are unknown."""
        names = [name for name in (*_VELOCITIES, *_FORCES) if name in self._columns]
        if self._lammps and self.units is None and names:
            self.notes += (f"Columns {', '.join(names)} are left out: give `units`, the style of units of LAMMPS.",)
        elif not self._lammps and self.bead is None:
            names = [name for name in _VELOCITIES if name in self._columns]
            if names:
                self.notes += (f"Columns {', '.join(names)} are left out: their unit is unknown.",)

    @override
    def start(self, text: bytes, key: int) -> int:
        return key + 1 if self.key.startswith(b"\n") else super().start(text, key)

    def _info(self, comment: str) -> dict[str, Any]:
        """Return the `key=value` pairs of a comment."""
        if "=" not in comment:
            return {}
        box = _LATTICE.search(comment)
        if box is not None and "_" in box.group(1):  # ASE accepts `1_0` as a number
            raise TrajectoryError(f"`{self.path}`: expected numbers in `Lattice`, got `{box.group(1)}`")
        try:
            return dict(key_val_str_to_dict(comment))  # type: ignore[no-untyped-call]
        except ValueError as error:
            raise TrajectoryError(f"`{self.path}`: expected a comment of extended xyz, got: {error}") from error

    def _ipi(self, info: dict[str, Any]) -> Comment | None:
        """Return the comment that i-PI adds as `ipi_comment`; None if there is none."""
        return parse_comment(str(info["ipi_comment"])) if "ipi_comment" in info else None

    def _periodic(self, info: dict[str, Any]) -> list[bool]:
        """Return whether the box is periodic along each edge."""
        if "Lattice" not in info:
            return [False] * 3
        return [bool(each) for each in np.broadcast_to(info.get("pbc", True), 3)]

    def _frame(self, comment: str, table: bytes) -> Frame:
        info = self._info(comment)
        if str(info.pop("Properties", _PLAIN)) != self._properties:
            raise TrajectoryError(f"expected the columns {self._properties} as in the first frame, got others")
        if self._periodic(info) != self._boxed or (not self._boxed[0] and IPI_WORDS.search(comment.encode())):
            raise TrajectoryError(
                f"expected a box where the first frame has one, and none where it has none, got `{comment.strip()}`"
            )
        frame = Frame()
        if "Lattice" in info:
            frame.dimensions = dimensions_of(np.transpose(info["Lattice"]), self._periodic(info))
        numbers = self._numbers(
            table, self._words, self._label, [each for group in self._columns.values() for each in group]
        )
        ends = np.cumsum([len(group) for group in self._columns.values()])
        arrays = dict(zip(self._columns, np.split(numbers, ends[:-1], axis=1), strict=True))
        self._distribute(frame, arrays, self._ipi(info))
        frame.data["info"] = {name: value for name, value in info.items() if name not in ("Lattice", "pbc")}
        frame.data["arrays"] = {name: array[:, 0] if array.shape[1] == 1 else array for name, array in arrays.items()}
        return frame

    def _distribute(self, frame: Frame, arrays: dict[str, Array], ipi: Comment | None) -> None:
        """Move positions, velocities and forces to the attributes of the frame and convert their units."""
        positions = arrays.pop("pos", None)
        if ipi is not None:
            name = next((name for name in arrays), None)  # quantities other than positions have their own column
            values = positions if name is None else arrays.pop(name)
            if values is not None:
                setattr(frame, ipi.quantity, values * ipi.factor)
            frame.data["bead"] = ipi.bead
            return
        frame.positions = positions
        velocities, forces = (
            next((arrays.pop(name) for name in names if name in arrays), None) for names in (_VELOCITIES, _FORCES)
        )
        if self._lammps:
            if self.units is not None:
                frame.velocities = None if velocities is None else velocities * self.units.velocity
                frame.forces = None if forces is None else forces * self.units.force
            return
        frame.forces = None if forces is None else forces * EV_IN_KJ_PER_MOL
        if "momenta" in arrays:
            masses = arrays.get("masses")
            if masses is None:
                masses = masses_of(self.labels or (), self.name)[:, None]
            frame.velocities = arrays.pop("momenta") / masses * (1e3 * ase.units.fs)
