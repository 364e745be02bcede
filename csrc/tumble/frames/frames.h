#pragma once
/// The frames of reference in which an evaluation sees a structure.
///
/// A frame of reference is given by a rotation, an orthogonal matrix R: the model sees the edge vectors v' = R v.
/// Derivatives are turned back, and the results for all rotations are summed with weights,
///
///   Ē = Σ_k w_k E(R_k x)        ḡ = Σ_k w_k R_kᵀ g'(R_k x)
///
/// An energy as a function of R has components in the Wigner functions D^l. A set of rotations is *exact to degree t*
/// if it averages all D^l with 1 ≤ l ≤ t to zero: then Ē has no such components, exactly. M. Gräf and D. Potts, Numer.
/// Funct. Anal. Optim. 30, 665 (2009).

#include <cstddef>
#include <vector>

#include "tumble/base/linalg.h"

namespace tumble {

struct Frames {
    /// Orthogonal matrices with determinant +1 or −1; at least one.
    std::vector<Matrix3> rotations;
    /// One weight for each rotation. Their sum is 1 for an average and 0 for a correction.
    std::vector<double> weights;
    /// Index of the rotation whose results are also returned separately: the identity (lab frame), if it is in the set.
    std::size_t bare = 0;

    std::size_t size() const { return rotations.size(); }
};

/// Return the lab frame alone: the identity with weight 1.
Frames lab_frame();

/// Return each rotation and, directly after it, its improper partner −R, each with half the weight.
Frames with_inversion(const Frames& frames);

/// Return the set with each rotation R_k replaced by R_k Q, where Q is `rotation`.
Frames turned(const Frames& frames, const Matrix3& rotation);

/// Return the same average with the lab frame as `bare`. If the set lacks the lab frame, it is added with weight 0.
Frames with_lab_frame(const Frames& frames);

/// Return the frames of Ē − E(1), which is what averaging adds to the energy in the lab frame.
Frames correction(const Frames& frames);

/// Return the largest degree, up to `limit`, to which the set is exact.
///
/// With proper parts P_k = R_k det R_k, the even and the odd part under inversion must vanish for each l:
/// ‖Σ_k w_k D^l(P_k)‖² = Σ_jk w_j w_k χ_l(P_jᵀ P_k), with the character χ_l(ω) = sin((l + ½)ω) / sin(ω/2) of the
/// rotation angle ω; for the odd part each weight is multiplied by det R_k.
int exactness(const Frames& frames, int limit);

/// Return whether the set averages a pseudoscalar to zero: Σ_k w_k det R_k = 0.
bool averages_parity(const Frames& frames);

/// Check that a set is valid.
/// @throws ConfigurationError if a matrix isn't orthogonal or the numbers of rotations and weights differ
void check_frames(const Frames& frames);

}  // namespace tumble
