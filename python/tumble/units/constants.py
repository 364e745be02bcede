"""Constants of the analysis: CODATA 2022, like those of the core (`csrc/tumble/base/units.h`).

Constants of SciPy depend on its version, and those of ASE are from CODATA 2014; the tests compare with both.
All but the atomic mass, the electric constant and the atomic units are exact in the SI.
"""

from __future__ import annotations

import math

#: Constants in SI units: elementary charge (C), Avogadro (1/mol), reduced Planck (J s), Boltzmann (J/K), speed of light
#: (m/s), atomic mass (kg) and electric constant (F/m).
SI_CHARGE = 1.602176634e-19
SI_AVOGADRO = 6.02214076e23
SI_HBAR = 6.62607015e-34 / (2 * math.pi)
SI_BOLTZMANN = 1.380649e-23
SI_LIGHT = 299792458.0
SI_ATOMIC_MASS = 1.66053906892e-27
SI_ELECTRIC = 8.8541878188e-12
#: Å in m, and ps in s.
SI_ANGSTROM = 1e-10
SI_PICOSECOND = 1e-12

#: Atomic units of energy and length, in eV and Å.
HARTREE = 27.211386245981
BOHR = 0.529177210544
#: Boltzmann constant, eV/K.
BOLTZMANN = SI_BOLTZMANN / SI_CHARGE
#: 1 eV in kJ/mol; also 1 eV/Å in kJ/(mol Å), the unit of forces in MDAnalysis.
EV_IN_KJ_PER_MOL = SI_CHARGE * SI_AVOGADRO * 1e-3
#: 1 kcal (thermochemical) in kJ.
KCAL_IN_KJ = 4.184
#: Pressure of 1 eV/Å³, in bar.
EV_PER_CUBIC_ANGSTROM_IN_BAR = SI_CHARGE * 1e25
