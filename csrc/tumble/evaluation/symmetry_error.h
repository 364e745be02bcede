#pragma once
/// How much an energy depends on the frame, measured over a set of frames.

#include <span>

#include "tumble/evaluation/evaluation.h"
#include "tumble/frames/frames.h"
#include "tumble/frames/symmetrizer.h"
#include "tumble/graph/graph.h"

namespace tumble {

/// Of one structure. With weights w_k that sum to 1, Ē = Σ_k w_k E(R_k), and bars for what is averaged:
struct SymmetryError {
    /// E in the frame `bare`, eV.
    double energy = 0.0;
    /// Ē, eV.
    double averaged_energy = 0.0;
    /// √(Σ_k w_k (E(R_k) − Ē)²), eV: the spread over this set. It is that over all rotations for components of E with
    /// l ≤ t/2, where t is the set's degree of exactness.
    double energy_std = 0.0;
    /// √(1/N Σ_n |F̄_n − F_n|²), eV/Å.
    double force_rms = 0.0;
    /// max_n |F̄_n − F_n|, eV/Å.
    double force_max = 0.0;
    /// |τ| in the frame `bare`, eV/rad.
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

/// Of energies that have most of their digits in common: what they differ by from the energy in the frame `bare` is
/// summed, not they themselves. Equal energies have a spread of exactly 0.
///
/// @param energies of one structure in each frame, in any unit
/// @param frames an average, whose weights sum to 1
EnergySpread energy_spread(std::span<const double> energies, const Frames& frames);

/// The spread over a single frame would be 0, and read as "no symmetry error".
///
/// @throws ConfigurationError unless an evaluation has two frames or more
void require_spread(const Symmetrizer& symmetrizer);

/// @param result of an evaluation of `graph` in these frames
/// @param frames of the structure: an average, whose `bare` is the lab frame if E shall be what an MD run sees
/// @param graph without ghosts
/// @param structure index in the graph
/// @throws ConfigurationError if these don't belong together
SymmetryError symmetry_error(const Evaluation& result, const Frames& frames, const Graph& graph,
                             std::int64_t structure);

}  // namespace tumble
