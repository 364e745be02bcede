"""How runs are analyzed: the choices that several observables share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tumble.errors import SettingError

_POSITIVE = ("cutoff", "bin_width", "longest", "resolution", "viscosity")
_AT_LEAST = {"stride": 1, "blocks": 2, "jobs": 1}


@dataclass(frozen=True)
class Settings:
    """Choices for an analysis.

    Attributes:
        start: Time from which on frames count, on the clock of the run, ps; None for the first.
        stop: Time up to which they count, ps; None for the last.
        stride: Every how many frames one is taken.
        blocks: Number of blocks for errors; chosen for each quantity if None.
        pairs: Elements of radial distribution functions; None for all pairs of the elements that there are, if those
            are few.
        cutoff: Their range, Å; None for half the width of the box, and 12 Å at most.
        bin_width: Width of their bins, Å.
        longest: Longest time difference of correlation functions, ps; None for the default of each observable.
        resolution: Full width at half maximum that a sharp line gets in spectra of atoms and of the infrared, cm⁻¹.
        charges: Point charges of the elements for dipoles, e; None for the default of `dipole`.
        dipole_model: Path or name of a model whose output `dipole` or `charge` gives dipoles instead; None for charges.
        centroid: Whether radial distribution functions are those of the centroid.
        isotropic: Whether the system itself prefers no direction, as a gas or liquid; None to take that for granted
            except relative to the axes of a crystal.
        frame: What orientations are relative to: `lab`, or `cell` for the axes of the box.
        isolated: Whether nothing interacts through the boundaries of the box; None to find that out.
        viscosity: Shear viscosity of the model, mPa s, for the finite-size correction of the diffusion constant; None
            for no correction.
        jobs: Number of processes for averages over single frames.
    """

    start: float | None = None
    stop: float | None = None
    stride: int = 1
    blocks: int | None = None
    pairs: tuple[tuple[str, str], ...] | None = None
    cutoff: float | None = None
    bin_width: float = 0.05
    longest: float | None = None
    resolution: float = 20.0
    charges: Mapping[str, float] | None = None
    dipole_model: str | None = None
    centroid: bool = False
    isotropic: bool | None = None
    frame: str = "lab"
    isolated: bool | None = None
    viscosity: float | None = None
    jobs: int = 1

    def check(self) -> None:
        """See that each value can be, whatever the run is.

        Raises:
            SettingError: If one can't.
        """
        for name, least in _AT_LEAST.items():
            value = getattr(self, name)
            if value is not None and value < least:
                raise SettingError(name, f"expected at least {least}, got {value}")
        for name in ("start", "stop", *_POSITIVE):
            value = getattr(self, name)
            if value is not None and not math.isfinite(value):
                raise SettingError(name, f"expected a finite number, got {value}")
            if value is not None and name in _POSITIVE and value <= 0:
                raise SettingError(name, f"expected a positive number, got {value:g}")
        if self.start is not None and self.stop is not None and self.stop <= self.start:
            raise SettingError(
                "stop", f"expected a time after that of `start`, {self.start:g} ps, got {self.stop:g} ps"
            )

    def chosen(self, name: str) -> bool:
        """Whether a setting of this name has another value than the default: somebody asked for it."""
        return getattr(self, name, None) != getattr(Settings(), name, None)
