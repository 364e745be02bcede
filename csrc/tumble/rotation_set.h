#pragma once
/// Rotations to average over, each with its weight.

#include <vector>

#include "structure.h"

namespace tumble {

/// ∫ f(R) dR over all rotations ≈ Σ_k weights[k] f(rotations[k]).
struct RotationSet {
    /// Orthogonal, of determinant 1; the first is the identity.
    std::vector<Matrix3> rotations;
    /// Positive; they sum to 1.
    std::vector<double> weights;
};

}  // namespace tumble
