"""A Tumble model as an ASE calculator in i-PI's own Python driver, as one writes it for any calculator.

i-pi-driver-py -m custom -P benchmarks/ipi_ase_potential.py -o template=start.extxyz,model=water
"""

from __future__ import annotations

from typing import Any

from ipi.pes._ase import ASEDriver

import tumble

__DRIVER_NAME__ = "custom"
__DRIVER_CLASS__ = "TumbleCalculatorDriver"


class TumbleCalculatorDriver(ASEDriver):
    """Evaluates one structure after the other."""

    def __init__(self, template: str, model: str, *arguments: Any, **options: Any) -> None:
        self.model = model
        super().__init__(template, *arguments, **options)

    def check_parameters(self) -> None:
        super().check_parameters()
        self.ase_calculator = tumble.Calculator(self.model, device="cpu")
