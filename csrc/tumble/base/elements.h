#pragma once
/// Masses of the chemical elements, in u, to tell whether an input means the element that it names.

#include <string>

namespace tumble {

/// Standard atomic weight, u; 0 for what is no element with isotopes that live (Z up to 96).
double atomic_weight(const std::string& symbol);

/// Whether a mass, u, is the element's weight or that of one of its isotopes, rounded as people write them. True for a
/// symbol without a known weight.
bool may_have_mass(const std::string& symbol, double mass);

/// The element of this weight, u; empty if there is none.
std::string element_of_weight(double mass);

}  // namespace tumble
