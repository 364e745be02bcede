"""Deviation of a model from O(3) invariance on given structures, without and with averages over rotations.

`probe` compares sets of rotations, and random rotations, with a reference set of high degree. The results are errors of
energy, forces and frame torque against the number of evaluations, and the spectrum of the energy over degrees of
rotation.
"""

from tumble.probe.options import DEFAULT_SETS, Options
from tumble.probe.results import Estimate, Probe, Reference, SetErrors
from tumble.probe.run import probe
from tumble.probe.spectrum import Spectrum

__all__ = ["DEFAULT_SETS", "Estimate", "Options", "Probe", "Reference", "SetErrors", "Spectrum", "probe"]
