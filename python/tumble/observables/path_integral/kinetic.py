"""Kinetic energy of quantum nuclei by the centroid-virial estimator, and the anisotropy of its tensor.

    T_i,ab = kT/2 delta_ab - 1/(4P) sum_k [ (q_ik - q_i)_a f_ik,b + (q_ik - q_i)_b f_ik,a ]

for the P beads k of an atom i, with their centroid q_i and the physical forces f_ik on the beads (without those of the
springs). The trace is the kinetic energy, 3/2 kT for a classical nucleus. It is `kinetic_cv` in i-PI, and the tensor is
`kinetic_tens`. (Herman, Bruskin and Berne, J. Chem. Phys. 76, 5150 (1982); Cao and Berne, J. Chem. Phys. 91,
6359 (1989); Tuckerman, Statistical Mechanics, 2010, section 12.6.)

T is the temperature of the ensemble, which the estimator takes as given: it can't detect thermostats that sample
another temperature. In an isotropic system with an invariant model, the mean tensor of all atoms of an element has no
preferred direction. (The tensor of a single atom has one: the kinetic energy is larger along bonds.)

Values are in meV per atom.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from typing_extensions import override

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.plan import Plan
from tumble.observables.base.temperature import checked_temperature
from tumble.observables.path_integral.bead_tensors import BeadTensors
from tumble.observables.quantities.anisotropy import ELEMENTS, allows_isotropy, anisotropy_of_mean
from tumble.observables.quantities.estimates import averaged
from tumble.observables.quantities.log_rows import time_step, unresolved_notes
from tumble.observables.quantities.quantity import Quantity
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import Cells, cells_of
from tumble.trajectories.nuclei import Nuclei
from tumble.types import Array
from tumble.units.constants import BOLTZMANN, EV_IN_KJ_PER_MOL
from tumble.version import __version__

_MEV = 1000.0
_FORCE = 1.0 / EV_IN_KJ_PER_MOL  # 1 kJ/(mol Å), the unit of forces in MDAnalysis, in eV/Å
_COLUMN = re.compile(r"kinetic_(cv|tens)(?:\((?:atom=)?([A-Za-z]\w*)\))?")


class Kinetic(BeadTensors):
    """Centroid-virial kinetic energy of each element from positions and forces of beads.

    Quantities for an element X: `kinetic_X`, meV per atom; `kinetic_anisotropy_X`, see
    `tumble.observables.quantities.anisotropy`.

    Args:
        universe: A `MDAnalysis.Universe` with elements, whose frames contain ring polymers with the forces on all beads
            (`ts.data["bead_forces"]`).
        temperature: K.
        isotropic: See `tumble.observables.path_integral.gyration.Gyration`.
        blocks: See `Observable`.
        verbose: See `Observable`.

    Raises:
        ConfigurationError: If the temperature isn't positive.
        NotApplicableError: If frames hold a single bead, or no forces, or elements aren't known.
    """

    observable = "kinetic"
    title = "Quantum kinetic energy"
    meaning = "The kinetic energy of each element from the centroid virial, and the anisotropy of its tensor."
    symptom = "In an isotropic system the tensor is no longer the same in all directions."
    settings = ("isotropic",)
    tensor = "the kinetic energy tensor"
    single_bead = "for which the estimator is the constant 3/2 kT"

    @classmethod
    @override
    def from_run(cls, run: OpenedRun) -> Plan:
        blocks = run.settings.blocks
        hot = run.run.centroid_temperature
        if hot is not None:
            raise NotApplicableError(
                f"`temperature`: expected the same for all modes, got {run.run.temperature} K and, for the centroid, "
                f"{hot:.6g} K, for which there is no estimator of the kinetic energy"
            )
        atoms = run.atoms
        columns = {name: found[1] for name in kinetic_columns(run.run.log, atoms) if (found := run.logged(name))}
        if columns:
            times = run.run.time[run.counted(run.run.time)]
            # The log doesn't contain the box, so the box of the first frame is used for all rows.
            isotropic = run.cubic and run.isotropic is not False
            result = kinetic_from_properties(columns, times, atoms, isotropic=isotropic, blocks=blocks)
            nuclei = Nuclei.CLASSICAL if run.run.beads == 1 else Nuclei.BEADS
            return Plan.known(replace(result, metadata={**result.metadata, "nuclei": nuclei}))
        universe = run.universe
        run.require_all_beads("; write `kinetic_opsc` of each element to the properties")
        isotropic = run.isotropic is not False
        return Plan.of(cls(universe, temperature=run.temperature, isotropic=isotropic, blocks=blocks))

    def __init__(
        self,
        universe: Any,
        *,
        temperature: float,
        isotropic: bool = True,
        blocks: int | None = None,
        verbose: bool = False,
    ) -> None:
        self.temperature = checked_temperature(temperature)
        super().__init__(universe, isotropic=isotropic, blocks=blocks, verbose=verbose)
        _forces(universe.trajectory[0])

    def _sample(self) -> Array:
        """Return for each element the energy per atom and the tensor elements; last, whether the box is cubic."""
        beads, forces = self._snapshot.beads, _forces(self._ts)
        offsets = beads - self._snapshot.centroid
        thermal = 0.5 * BOLTZMANN * self.temperature
        sample: list[float] = []
        for symbol, atoms in self._elements.items():
            virials = np.einsum("kia,kib->iab", offsets[:, atoms], forces[:, atoms]) * _FORCE / len(beads)
            each = -0.25 * (virials + np.swapaxes(virials, 1, 2))
            self._add_own(symbol, each)
            tensor = thermal * np.eye(3) + each.mean(axis=0)
            sample += [np.trace(tensor), *(tensor[pair] for pair in ELEMENTS)]
        return np.array([*sample, float(allows_isotropy(self._ts.dimensions))])

    def _evaluate(self, cells: Cells) -> Result:
        common: dict[str, Any] = {"frame_time": self._frame_time(), "blocks": self.blocks}
        isotropic = self._isotropic and bool(cells.mean[-1] == 1)
        quantities: list[Quantity] = []
        notes: tuple[str, ...] = ()
        for index, symbol in enumerate(self._elements):
            own = cells[7 * index : 7 * (index + 1)]
            quantities.append(_energy(symbol, own[0], 1, **common))
            anisotropy, more = self._exchanged(symbol, _anisotropy(symbol, own[1:], isotropic, **common))
            quantities.append(anisotropy)
            notes += more
        return self._result(
            quantities,
            notes=notes,
            temperature=self.temperature,
            elements=self._counts,
        )


def kinetic_from_properties(
    columns: Mapping[str, Any],
    times: Any,
    atoms: Mapping[str, int],
    *,
    isotropic: bool = True,
    blocks: int | None = None,
) -> Result:
    """Return the kinetic energies from the i-PI properties `kinetic_cv(X)` and `kinetic_tens(X)` of elements X.

    Properties without an element refer to all atoms; their quantities are `kinetic` and `kinetic_anisotropy`.

    Args:
        columns: Properties by name, in eV, summed over atoms as in i-PI: [T] and, for tensors, [T,6] in the order xx,
            yy, zz, xy, xz, yz. Other properties are ignored.
        times: [T] in ps, equally spaced.
        atoms: Number of atoms of each element.
        isotropic: See `Kinetic`; also False for a box that isn't cubic.
        blocks: Number of blocks; chosen if not given.

    Raises:
        ConfigurationError: If shapes don't fit.
        NotApplicableError: If there is no such column, or an element isn't known, or rows are too few, not at equal
            distances in time, or not finite.
    """
    times = np.asarray(times, dtype=np.float64)
    common: dict[str, Any] = {"frame_time": time_step(times, gaps=True), "blocks": blocks}
    energies, tensors = _series(columns, len(times))
    counts = {**atoms, "": sum(atoms.values())}
    quantities: list[Quantity] = []
    for symbol in dict.fromkeys((*energies, *tensors)):
        if symbol not in counts:
            raise NotApplicableError(f"`atoms`: expected the number of atoms of `{symbol}`, got {', '.join(atoms)}")
        if symbol in energies:
            quantities.append(_energy(symbol, cells_of(energies[symbol]), counts[symbol], **common))
        else:
            quantities.append(_energy(symbol, cells_of(tensors[symbol][:, :3].sum(axis=1)), counts[symbol], **common))
        if symbol in tensors:
            quantities.append(_anisotropy(symbol, cells_of(tensors[symbol]), isotropic, **common))
    metadata = {"rows": len(times), "time_ps": [float(times[0]), float(times[-1])], "elements": dict(atoms)}
    metadata["tumble"] = __version__
    return Result(Kinetic.observable, tuple(quantities), metadata, unresolved_notes(quantities))


def kinetic_columns(names: Iterable[str], atoms: Container[str]) -> list[str]:
    """Return the columns of a log that `kinetic_from_properties` understands: those of all atoms, and of elements.

    Columns of single atoms, such as `kinetic_cv(2)`, and of labels that aren't elements are left out.

    Args:
        names: Names of the columns.
        atoms: Elements of the system.
    """
    found = [(name, _COLUMN.fullmatch(name)) for name in names]
    return [name for name, match in found if match is not None and (match.group(2) is None or match.group(2) in atoms)]


def _forces(ts: Any) -> Array:
    """Return the forces on the beads of a frame, [P,N,3] in kJ/(mol Å)."""
    forces = ts.data.get("bead_forces")
    if forces is None:
        raise NotApplicableError(
            f"`universe`: expected forces on all beads, got none in frame {ts.frame}; write `forces` for each bead, or "
            "`kinetic_cv` of each element to the properties"
        )
    return np.asarray(forces, dtype=np.float64)


def _series(columns: Mapping[str, Any], rows: int) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return kinetic energies [T] and tensors [T,6] in eV by element, with an empty name for all atoms."""
    found: dict[str, dict[str, Array]] = {"cv": {}, "tens": {}}
    for name, values in columns.items():
        match = _COLUMN.fullmatch(name)
        if match is None:
            continue
        kind, symbol = match.group(1), match.group(2) or ""
        series = np.asarray(values, dtype=np.float64)
        shape = (rows,) if kind == "cv" else (rows, 6)
        if series.shape != shape:
            raise ConfigurationError(f"`{name}`: expected an array of shape {shape}, got {series.shape}")
        if not np.all(np.isfinite(series)):
            raise NotApplicableError(f"`{name}`: expected finite numbers, got a NaN or infinity")
        found[kind][symbol] = series
    if not found["cv"] and not found["tens"]:
        names = ", ".join(columns) or "nothing"
        raise NotApplicableError(f"`columns`: expected `kinetic_cv` or `kinetic_tens` of elements, got {names}")
    return found["cv"], found["tens"]


def _energy(symbol: str, cells: Cells, atoms: int, *, frame_time: float, blocks: int | None) -> Quantity:
    """Return the mean kinetic energy per atom in meV, from cells of the total of `atoms` atoms in eV."""
    return averaged(
        f"kinetic_{symbol}" if symbol else "kinetic",
        cells,
        label=f"kinetic energy of an atom, {symbol}" if symbol else "kinetic energy of an atom",
        unit="meV",
        frame_time=frame_time,
        blocks=blocks,
        scale=_MEV / atoms,
    )


def _anisotropy(symbol: str, cells: Cells, isotropic: bool, *, frame_time: float, blocks: int | None) -> Quantity:
    label = "anisotropy of the kinetic energy"
    return anisotropy_of_mean(
        f"kinetic_anisotropy_{symbol}" if symbol else "kinetic_anisotropy",
        cells,
        label=f"{label}, {symbol}" if symbol else label,
        frame_time=frame_time,
        blocks=blocks,
        expected=0.0 if isotropic else None,
    )
