"""Logged quantities are finite."""

from __future__ import annotations

import numpy as np
from typing_extensions import override

from tumble.errors import NotApplicableError
from tumble.launch.checks.check import Check, Outcome

_NAMES = ("temperature", "potential", "kinetic", "kinetic_cv", "conserved", "pressure")


class Finite(Check):
    """No temperature, energy or pressure is infinite or NaN."""

    name = "finite numbers"

    @override
    def failure(self, outcome: Outcome) -> str | None:
        found = {name: outcome.run.log[name] for name in _NAMES if name in outcome.run.log}
        if not found:
            raise NotApplicableError("the log has neither temperature nor energies")
        for name, values in found.items():
            bad = np.flatnonzero(~np.isfinite(values))
            if len(bad) > 0:
                return f"the {name} is {values[bad[0]]} from t = {outcome.run.time[bad[0]]:.4g} ps on"
        return None
