"""How far a model is from O(3) invariance on given structures, and what averaging over rotations makes of it.

`probe` compares sets of rotations with a reference set of high degree: errors of energy, forces and frame torque
against the number of evaluations, random frames, and the spectrum of the energy over degrees of rotation.
"""

from tumble.probe.options import DEFAULT_SETS, Options
from tumble.probe.results import Estimate, Probe, Reference, SetErrors
from tumble.probe.run import probe
from tumble.probe.spectrum import Spectrum

__all__ = ["DEFAULT_SETS", "Estimate", "Options", "Probe", "Reference", "SetErrors", "Spectrum", "probe"]
