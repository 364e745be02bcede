"""The table of the partners: what each pays in time, and how much of the symmetry error it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tumble.demo.partners import Partner
from tumble.observables.quantities.number_text import UNKNOWN, number, with_error
from tumble.observables.quantities.quantity import Quantity
from tumble.report.downloads import csv_download
from tumble.report.tables import Row, Table

_MILLI = 1e3
_HEAD = (
    "Partner",
    "Energy, spread with orientation / (meV/atom)",
    "Frame torque / (meV/rad)",
    "Relative time per step, 1 molecule",
    "Relative time per step, 64 molecules",
    "Gas: preferred direction / kT",
    "Molecule: angular momentum turned by / °",
)
_SHORT = (
    ("", "energy spread", "torque", "time,", "time,", "gas: preferred", "molecule: L"),
    ("", "meV/atom", "meV/rad", "1 molecule", "64 molecules", "direction, kT", "turned by, °"),
)
_REMARKS = (
    "Energy and frame torque are root mean squares for a single molecule. The spread is the difference of the energy "
    "from its mean over all orientations. Energies of different models can't be compared with each other, but their "
    "spreads can. What is left for the exact partner is rounding.",
    "A new random rotation in each step doesn't make the error of a step smaller, but no direction stays preferred, as "
    "the gas shows: the preference is the root mean square of −ln g over all directions of the bisectors of molecules. "
    "The angular momentum is that of a free molecule, and the angle the largest to its start. Both are zero for an "
    "exactly invariant model. – means that a partner wasn't run, or not long enough to tell.",
    "Times are processor times of energy and forces on one thread, relative to the bare model.",
)


@dataclass(frozen=True)
class Compared:
    """What was measured for a partner.

    Attributes:
        partner: The partner.
        energy: Root mean square difference of the energy from its mean over orientations, eV per atom.
        torque: Root mean square of the frame torque, eV/rad.
        times: Time of an evaluation relative to the bare model, for a molecule and for the liquid.
        bias: Bias of the orientation in the gas, kT; None if it is unknown.
        turned: Largest change of direction of the angular momentum of a free molecule, degrees; None if it is unknown.
    """

    partner: Partner
    energy: float
    torque: float
    times: tuple[float, float]
    bias: Quantity | None
    turned: float | None


def errors_of(partner: Partner, probe: Mapping[str, Any]) -> tuple[float, float]:
    """Return the spread of the energy (eV per atom) and the frame torque (eV/rad) of a partner.

    Args:
        partner: The partner.
        probe: Results for its model, in the form that `tumble probe --json` writes.
    """
    name = {"random": "random:1"}.get(partner.symmetrize, partner.symmetrize)
    errors = next(each for each in (*probe["sets"], *probe["random"]) if each["name"] == name)
    return errors["energy_per_atom"]["rms"], errors["torque"]["rms"]


def partner_table(compared: Sequence[Compared]) -> Table:
    """Return the table for the page."""
    rows = [Row(_title(one.partner), _cells(one)) for one in compared]
    numbers = [[_title(one.partner), *_numbers(one)] for one in compared]
    return Table("The bare model and its partners", _HEAD, rows, _REMARKS, csv_download("partners", _HEAD, numbers))


def partner_text(compared: Sequence[Compared]) -> str:
    """Return the table for a terminal."""
    lines = [*_SHORT, *((_title(one.partner), *_cells(one)) for one in compared)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "".join(f"{_line(line, widths)}\n" for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return "  ".join([f"  {first[0]:<{first[1]}}", *(f"{cell:>{width}}" for cell, width in others)])


def _title(partner: Partner) -> str:
    return f"{partner.identity['name']}, {partner.title}"


def _cells(one: Compared) -> list[str]:
    known = [UNKNOWN if value is None else number(value, 2) for value in _numbers(one)]
    if one.bias is not None and one.bias.resolved:
        known[-2] = with_error(float(one.bias.values), float(one.bias.errors))
    return known


def _numbers(one: Compared) -> list[float | None]:
    bias = None if one.bias is None or not one.bias.resolved else float(one.bias.values)
    return [_MILLI * one.energy, _MILLI * one.torque, *one.times, bias, one.turned]
