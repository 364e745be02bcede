#pragma once
/// The quantities of atoms that an evaluation carries, if the model file declares them in `outputs`:
///
///   dipole   vector   e·Å
///   charge   scalar   e
///   forces   vector   eV/Å, predicted directly instead of by differentiation
///
/// Other declared outputs are for whoever opens the file with torch; no rule says how they turn.

#include <cstdint>
#include <string>

namespace tumble {

/// Numbers for an atom: 1 for a scalar, 3 for a vector, 0 for an output that isn't carried.
std::int64_t width_of_output(const std::string& name);

}  // namespace tumble
