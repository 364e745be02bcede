#pragma once
/// Re-evaluation of the reference structures that a model file carries.

#include <string>

namespace tumble {

class Potential;

/// How far a result may lie from the one in the file. The one table of tolerances of loaded models.
struct Tolerance {
    /// eV per atom
    double energy;
    /// Relative to the largest force component of the reference, or 1 eV/Å if that is smaller; the virial is held to
    /// this times the number of atoms.
    double force;
};

/// @param dtype "float32" or "float64"
/// @param device as torch writes it, "cpu" or "cuda:N"
Tolerance reference_tolerance(const std::string& dtype, const std::string& device);

/// Compares energies, forces and virials.
/// @throws ReferenceMismatch naming the structure, the quantity and both values
void check_references(const Potential& potential);

}  // namespace tumble
