#pragma once
/// Dependence of energy and forces on the frame of reference, measured over a set of rotations.

#include <span>

#include "tumble/evaluation/evaluation.h"
#include "tumble/frames/frames.h"
#include "tumble/frames/symmetrizer.h"
#include "tumble/graph/graph.h"

namespace tumble {

/// Symmetry error of one structure. With weights w_k that sum to 1, Ē = Σ_k w_k E(R_k); a bar marks averages.
struct SymmetryError {
    /// E for the rotation `bare`, eV.
    double energy = 0.0;
    /// Ē, eV.
    double averaged_energy = 0.0;
    /// √(Σ_k w_k (E(R_k) − Ē)²), eV: the spread over this set. It equals the spread over all rotations for components
    /// of E with l ≤ t/2, where t is the degree to which the set is exact.
    double energy_std = 0.0;
    /// √(1/N Σ_n |F̄_n − F_n|²), eV/Å.
    double force_rms = 0.0;
    /// max_n |F̄_n − F_n|, eV/Å.
    double force_max = 0.0;
    /// |τ| for the rotation `bare`, eV/rad.
    double torque = 0.0;
    /// |τ̄|, eV/rad.
    double averaged_torque = 0.0;
};

struct EnergySpread {
    /// Ē.
    double mean = 0.0;
    /// √(Σ_k w_k (E_k − Ē)²).
    double standard_deviation = 0.0;
};

/// Return mean and spread of energies. Energies may have most digits in common, so differences from the energy for the
/// rotation `bare` are summed; equal energies have a spread of exactly 0.
///
/// @param energies energies of one structure for each rotation, in any unit
/// @param frames rotations with weights that sum to 1
EnergySpread energy_spread(std::span<const double> energies, const Frames& frames);

/// Refuse a set of one rotation: its spread would be 0, which users would read as "no symmetry error".
///
/// @throws ConfigurationError if an evaluation has fewer than two rotations
void require_spread(const Symmetrizer& symmetrizer);

/// Compute the symmetry error of a structure.
///
/// @param result evaluation of `graph` with these rotations
/// @param frames rotations with weights that sum to 1; if E shall be the energy in an MD run, `bare` is the lab frame
/// @param graph graph without ghosts
/// @param structure index of the structure in the graph
/// @throws ConfigurationError if the arguments don't belong together
SymmetryError symmetry_error(const Evaluation& result, const Frames& frames, const Graph& graph,
                             std::int64_t structure);

}  // namespace tumble
