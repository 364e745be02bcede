"""Settings of an analysis: one table of values, with the option of the command line and the bounds of each.

Observables read them by name. The command line lists them without the observables, which take seconds to import, so
this module imports nothing slow.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


def setting(
    default: Any, option: Mapping[str, Any], *, flag: str = "", least: int | None = None, positive: bool = False
) -> Any:
    """Return a field of `Settings`, with what the command line and `Settings.check` need to know of it.

    Args:
        default: Value if nothing is chosen.
        option: Arguments of `argparse.ArgumentParser.add_argument`. A `type` of int or float makes the value a number.
        flag: Name of the option; by default that of the field, such as `--bin-width`.
        least: Smallest value.
        positive: Whether the value must be above zero.
    """
    return field(default=default, metadata={"option": option, "flag": flag, "least": least, "positive": positive})


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

    start: float | None = setting(None, {"metavar": "PS", "type": float, "help": "ignore everything before this time"})
    stop: float | None = setting(None, {"metavar": "PS", "type": float, "help": "ignore everything after this time"})
    stride: int = setting(1, {"metavar": "N", "type": int, "help": "take every N-th frame (default: 1)"}, least=1)
    blocks: int | None = setting(
        None, {"metavar": "N", "type": int, "help": "number of blocks for errors (default: chosen)"}, least=2
    )
    pairs: tuple[tuple[str, str], ...] | None = setting(
        None, {"metavar": "LIST", "help": "pairs for rdf, such as O-O,O-H (default: all)"}
    )
    cutoff: float | None = setting(
        None,
        {"metavar": "Å", "type": float, "help": "range of rdf (default: half the width of the box, at most 12)"},
        positive=True,
    )
    bin_width: float = setting(0.05, {"metavar": "Å", "type": float, "help": "for rdf (default: 0.05)"}, positive=True)
    longest: float | None = setting(
        None,
        {"metavar": "PS", "type": float, "help": "longest time of correlations (default: depends on the observable)"},
        positive=True,
    )
    resolution: float = setting(
        20.0,
        {"metavar": "CM⁻¹", "type": float, "help": "resolution of spectrum and infrared (default: 20)"},
        positive=True,
    )
    charges: Mapping[str, float] | None = setting(
        None, {"metavar": "LIST", "help": "point charges for dipoles, such as O=-0.84,H=0.42, in e"}
    )
    dipole_model: str | None = setting(
        None, {"metavar": "MODEL", "type": str, "help": "model with an output `dipole` or `charge`, for dipoles"}
    )
    centroid: bool = setting(False, {"action": "store_true", "help": "rdf of the centroid instead of the beads"})
    isotropic: bool | None = setting(
        None,
        {
            "action": "store_const",
            "const": False,
            "help": "the system itself prefers directions, so isotropy isn't expected",
        },
        flag="--crystal",
    )
    frame: str = setting(
        "lab",
        {
            "choices": ("lab", "cell"),
            "type": str,
            "help": "frame of reference for orientation: lab, or the axes of the box, for crystals (default: lab)",
        },
    )
    isolated: bool | None = setting(
        None,
        {
            "action": "store_const",
            "const": True,
            "help": "nothing interacts through the boundaries of the box, for drift (default: from the first frame)",
        },
    )
    viscosity: float | None = setting(
        None,
        {
            "metavar": "MPA_S",
            "type": float,
            "help": "viscosity of the model, mPa s, for the finite-size correction of msd",
        },
        positive=True,
    )
    jobs: int = setting(1, {"metavar": "N", "type": int, "help": "number of processes (default: 1)"}, least=1)

    def check(self) -> None:
        """Check that each value is possible for some run.

        Raises:
            SettingError: If a value isn't possible.
        """
        from tumble.errors import SettingError  # loads the compiled core

        for each in fields(self):
            value, least = getattr(self, each.name), each.metadata["least"]
            if value is None or each.metadata["option"].get("type") not in (int, float):
                continue
            if least is not None and value < least:
                raise SettingError(each.name, f"expected at least {least}, got {value}")
            if not math.isfinite(value):
                raise SettingError(each.name, f"expected a finite number, got {value}")
            if each.metadata["positive"] and value <= 0:
                raise SettingError(each.name, f"expected a positive number, got {value:g}")
        if self.start is not None and self.stop is not None and self.stop <= self.start:
            raise SettingError(
                "stop", f"expected a time after that of `start`, {self.start:g} ps, got {self.stop:g} ps"
            )

    def chosen(self, name: str) -> bool:
        """Return whether a setting differs from its default, so that the user chose it."""
        return getattr(self, name, None) != getattr(Settings(), name, None)
