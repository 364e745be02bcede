#pragma once
/// Masses of the chemical elements, in u, to check whether the mass in an input fits the element that it names.

#include <string>

namespace tumble {

/// Return the standard atomic weight, u; 0 if the table (up to Z = 96) has no element with this symbol.
double atomic_weight(const std::string& symbol);

/// Return whether a mass (u) may be the weight of the element or the mass of one of its isotopes, with the rounding
/// usual in inputs. True for a symbol without a known weight.
bool may_have_mass(const std::string& symbol, double mass);

/// Return the symbol of the element with this weight, u; empty if there is none.
std::string element_of_weight(double mass);

}  // namespace tumble
