#pragma once
/// Quantities of atoms, other than the energy, that an evaluation returns if the model file declares them in `outputs`:
///
///   dipole   vector   e·Å
///   charge   scalar   e
///   forces   vector   eV/Å, predicted directly instead of by differentiation
///
/// Other declared outputs are ignored, since it isn't known how they transform under a rotation.

#include <cstdint>
#include <string>

namespace tumble {

/// Return the number of components for an atom: 1 for a scalar, 3 for a vector, 0 for an output that is ignored.
std::int64_t width_of_output(const std::string& name);

}  // namespace tumble
