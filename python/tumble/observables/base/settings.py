"""Settings of an analysis that several observables share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tumble.errors import SettingError

_POSITIVE = ("cutoff", "bin_width", "longest", "resolution", "viscosity")
_AT_LEAST = {"stride": 1, "blocks": 2, "jobs": 1}


@dataclass(frozen=True)
class Settings:
    """Settings of an analysis.

    Attributes:
        start: Time of the run at which the analysis starts, ps; None for the first frame.
        stop: Time at which it ends, ps; None for the last frame.
        stride: Stride of the analyzed frames.
        blocks: Number of blocks for errors; chosen for each quantity if None.
        pairs: Pairs of elements for radial distribution functions; None for all pairs, if there are few elements.
        cutoff: Range of radial distribution functions, Å; None for half the width of the box, at most 12 Å.
        bin_width: Width of the bins of radial distribution functions, Å.
        longest: Longest time difference of correlation functions, ps; None for the default of each observable.
        resolution: Full width at half maximum of a sharp line in vibrational and infrared spectra, cm⁻¹.
        charges: Point charges of the elements for dipoles, e; None for the default of `dipole`.
        dipole_model: Path or name of a model whose output `dipole` or `charge` gives dipoles instead; None for charges.
        centroid: Whether radial distribution functions use the centroid.
        isotropic: Whether the system itself prefers no direction, as a gas or liquid; None to assume that, except
            relative to the axes of a crystal.
        frame: Frame of reference of orientations: `lab`, or `cell` for the axes of the box.
        isolated: Whether nothing interacts through the boundaries of the box; None to decide by the first frame.
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
        """Check that each value is possible for some run.

        Raises:
            SettingError: If a value isn't possible.
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
        """Return whether a setting differs from its default, so that the user chose it."""
        return getattr(self, name, None) != getattr(Settings(), name, None)
