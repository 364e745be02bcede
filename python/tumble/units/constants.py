"""Constants of the analysis: CODATA 2022, like those of the core (`csrc/tumble/base/units.h`).

Constants of SciPy depend on its version, and those of ASE are from CODATA 2014; the tests compare with both.
The elementary charge, the Avogadro constant and the Boltzmann constant are exact in the SI.
"""

from __future__ import annotations

_CHARGE = 1.602176634e-19  # C
_AVOGADRO = 6.02214076e23  # 1/mol

#: Atomic units of energy and length, in eV and Å.
HARTREE = 27.211386245981
BOHR = 0.529177210544
#: Boltzmann constant, eV/K.
BOLTZMANN = 1.380649e-23 / _CHARGE
#: 1 eV in kJ/mol; also 1 eV/Å in kJ/(mol Å), the unit of forces in MDAnalysis.
EV_IN_KJ_PER_MOL = _CHARGE * _AVOGADRO * 1e-3
#: 1 kcal (thermochemical) in kJ.
KCAL_IN_KJ = 4.184
#: Pressure of 1 eV/Å³, in bar.
EV_PER_CUBIC_ANGSTROM_IN_BAR = _CHARGE * 1e25
