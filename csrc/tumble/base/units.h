#pragma once
/// The one table of physical constants. The core works in eV, Å, eV/Å and fs; faces convert with these constants.
/// Source: CODATA 2022 recommended values, as in `scipy.constants` (tested against it in tests/core/test_units.py).

namespace tumble::units {

inline constexpr double hartree_in_ev = 27.211386245981;
inline constexpr double bohr_in_angstrom = 0.529177210544;

/// Pressure of 1 eV/Å³ in bar (exact: e is exact in the SI since 2019).
inline constexpr double ev_per_cubic_angstrom_in_bar = 1602176.634;

/// Molar energy of 1 eV in kcal/mol (thermochemical calorie; exact: e N_A / 4184).
inline constexpr double ev_in_kcal_per_mol = 1.602176634e-19 * 6.02214076e23 / 4184.0;

}  // namespace tumble::units
