"""How runs are analysed: the choices that several observables share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Choices for an analysis.

    Attributes:
        start: Time from which on frames count, on the clock of the run, ps; None for the first.
        stop: Time up to which they count, ps; None for the last.
        stride: Every how many frames one is taken.
        blocks: Number of blocks for errors; chosen for each quantity if None.
        pairs: Elements of radial distribution functions.
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
    pairs: tuple[tuple[str, str], ...] = (("O", "O"), ("O", "H"), ("H", "H"))
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
