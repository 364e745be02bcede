#pragma once
/// The results of an evaluation in i-PI's units and conventions, whatever carries them to i-PI.
///
/// The virial is transposed: i-PI keeps the upper triangle M of what it receives (ipi/engine/forces.py,
/// ForceBead.get_vir), and its flexible barostats (barostats.py, BaroRGB and BaroMTK) strain column vectors,
/// dh/dt = (p/m) h with p upper triangular and dp/dt ∝ M. With W_ab = −Σ_e v_e,a g_e,b the force on that strain is
/// −∂E/∂(p/m)_ac = W_ca, so M = Wᵀ; for a model with a frame torque W itself is wrong.

#include <string>
#include <vector>

#include "tumble/evaluation/evaluation.h"

namespace tumble {

struct IpiResults {
    /// hartree, shape [B].
    std::vector<double> energies;
    /// hartree/bohr, shape [N, 3].
    std::vector<Vector3> forces;
    /// Wᵀ in hartree, shape [B, 3, 3].
    std::vector<Matrix3> virials;
    /// One JSON object for each structure, `{"torque": [x, y, z], "bare_energy": e, "bare_torque": [x, y, z]}`: the
    /// frame torque of `energies`, in eV/rad, and energy (eV) and torque without the average over rotations. The keys
    /// never change, since i-PI requires the same keys for all beads.
    std::vector<std::string> extras;
};

/// Convert results with the constants of CODATA.
IpiResults to_ipi(const Evaluation& result);

}  // namespace tumble
