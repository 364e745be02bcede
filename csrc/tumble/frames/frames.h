#pragma once
/// The frames in which an evaluation looks at a structure.
///
/// A frame is an orthogonal matrix R: the model sees the edge vectors v' = R v. Energies and derivatives of all frames
/// are turned back and summed with weights,
///
///   Ē = Σ_k w_k E(R_k x)        ḡ = Σ_k w_k R_kᵀ g'(R_k x)
///
/// An energy as a function of R has components in the Wigner functions D^l. A set of frames is *exact to degree t* if
/// it averages all those with 1 ≤ l ≤ t to zero: Ē is then free of them, exactly. M. Gräf and D. Potts, Numer. Funct.
/// Anal. Optim. 30, 665 (2009).

#include <cstddef>
#include <vector>

#include "tumble/base/linalg.h"

namespace tumble {

struct Frames {
    /// Orthogonal, with determinant +1 or −1; at least one.
    std::vector<Matrix3> rotations;
    /// One for each rotation; they sum to 1 for an average, to 0 for a correction.
    std::vector<double> weights;
    /// The frame whose results are also returned alone: the lab frame, if it is among them.
    std::size_t bare = 0;

    std::size_t size() const { return rotations.size(); }
};

/// The lab frame alone.
Frames lab_frame();

/// Each rotation and, right after it, its improper partner −R, with half of the weight each.
Frames with_inversion(const Frames& frames);

/// The same set after a turn of the whole world by `rotation`: frames R_k Q.
Frames turned(const Frames& frames, const Matrix3& rotation);

/// The same average, with the lab frame as `bare`; if it isn't among the frames it is added with weight 0.
Frames with_lab_frame(const Frames& frames);

/// The frames of Ē − E(1), what averaging adds to the energy in the lab frame.
Frames correction(const Frames& frames);

/// Largest degree up to `limit` to which the frames are exact.
///
/// With proper parts P_k = R_k det R_k, what is even and what is odd under inversion have to vanish for each l:
/// ‖Σ_k w_k D^l(P_k)‖² = Σ_jk w_j w_k χ_l(P_jᵀ P_k), with the character χ_l(ω) = sin((l + ½)ω) / sin(ω/2) of the
/// rotation angle ω; for the odd part each weight is multiplied by det R_k.
int exactness(const Frames& frames, int limit);

/// Whether the frames average a pseudoscalar to zero: Σ_k w_k det R_k = 0.
bool averages_parity(const Frames& frames);

/// @throws ConfigurationError if a matrix isn't orthogonal or the numbers of rotations and weights differ
void check_frames(const Frames& frames);

}  // namespace tumble
