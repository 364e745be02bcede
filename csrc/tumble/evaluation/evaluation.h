#pragma once
/// The results of an evaluation, with the definitions and signs that all faces share.
///
///   E    = Σ_n ε_n                                    energy of a structure; n runs over its local atoms
///   g_e  = ∂E/∂v_e                                    gradient on an edge vector
///   f_n  = Σ_{e: i=n} g_e − Σ_{e: j=n} g_e            force
///   W_ab = −Σ_e v_e,a g_e,b = −∂E/∂ε_ab               virial; pressure is +tr W / 3V
///   τ    = Σ_e v_e × g_e = dE/dθ                      frame torque
///
/// ε strains everything, cell included, as row vectors are strained: v'_b = v_b + Σ_a v_a ε_ab. θ turns everything,
/// cell included: v' = v + θ × v. For a model without exact invariance W is *not* symmetric; its antisymmetric part is
/// the frame torque, τ_c = −Σ_ab ε_cab W_ab (here ε_cab is the Levi-Civita symbol), zero for an invariant model.

#include <cstdint>
#include <string>
#include <vector>

#include "tumble/base/linalg.h"

namespace tumble {

/// A quantity of each atom that a model returns in addition to its energy; outputs.h lists these quantities.
struct AtomOutput {
    std::string name;
    /// 1 for a scalar, 3 for a vector.
    std::int64_t width;
    /// Shape [N, width], row-major, in the model's unit; 0 for ghosts.
    std::vector<double> values;
};

struct Evaluation {
    /// eV, shape [B].
    std::vector<double> energies;
    /// eV, shape [N]; 0 for ghosts.
    std::vector<double> atom_energies;
    /// eV/Å, shape [N, 3]; for a ghost, the force due to the energies of local atoms.
    std::vector<Vector3> forces;
    /// eV, shape [B, 3, 3].
    std::vector<Matrix3> virials;
    /// eV/rad, shape [B, 3].
    std::vector<Vector3> torques;
    /// g_e in eV/Å, shape [E, 3].
    std::vector<Vector3> edge_gradients;
    /// The other outputs that the model file declares, in its order; empty if the model was loaded without them.
    std::vector<AtomOutput> outputs;

    // With several rotations, the members above are weighted sums, Σ_k w_k R_kᵀ a_k for a vector a; the members below
    // belong to single rotations.

    /// E(R_k) in eV, shape [B, K].
    std::vector<double> frame_energies;
    /// As `energies`, `forces` and `torques`, but for the rotation `bare` alone: the lab frame, if it is in the set.
    std::vector<double> bare_energies;
    std::vector<Vector3> bare_forces;
    std::vector<Vector3> bare_torques;
};

}  // namespace tumble
