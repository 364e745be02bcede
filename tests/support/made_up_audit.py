"""An audit that was never made."""

from __future__ import annotations

from tumble.audit.check import ENERGY, TORQUE, Measure
from tumble.audit.options import Options
from tumble.audit.results import Audit, Finding, Result


def made_up_audit() -> Audit:
    """One number, the noise, a check that doesn't apply and one that failed."""
    torque = Result(Measure("torque", TORQUE, "Length."), (3.0, 41.0**0.5), (0.01, 0.01), False)
    noise = Result(Measure("rounding-energy", ENERGY, "Noise.", noise=True), (0.01, 0.01), (0.01, 0.01), True)
    return Audit(
        subject="water",
        kind="model",
        properties={"cutoff": 4.0, "depth": 2, "dtype": "float32"},
        frames="liquid.extxyz",
        atoms=(192, 192),
        options=Options(),
        force_rms=1.0,
        energy_per_atom=-3.0,
        evaluations=100,
        symmetry="rotations are broken",
        findings=(
            Finding("torque", "Frame torque", "What a torque means.", (torque,), None, None, (), ()),
            Finding("rounding", "Rounding", "What noise means.", (noise,), None, None, (), ()),
            Finding("batch", "Batch", "What a batch means.", (), "a calculator", None, (), ()),
            Finding("extensivity", "Two copies", "What copies mean.", (), None, "structure 0: no", (), ()),
        ),
    )
