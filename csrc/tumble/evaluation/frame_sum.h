#pragma once
/// Evaluation of a model on structures seen from several frames of reference, and the sum of its results. Internal to
/// the core: this header needs torch.

#include "tumble/evaluation/evaluation.h"
#include "tumble/frames/frames.h"
#include "tumble/graph/graph.h"
#include "tumble/model/model.h"

namespace tumble {

/// Sums over frames of reference. Energies are those of the network, without the baseline.
struct FrameSum {
    at::Tensor atom_energies;         // [N], float64, CPU; weighted
    at::Tensor edge_gradients;        // [E, 3], float64, CPU; turned back and weighted
    at::Tensor bare_gradients;        // [E, 3], float64, CPU; turned back, for the rotation `bare` alone
    at::Tensor frame_energies;        // [B, K], float64, CPU; summed over local atoms
    std::vector<at::Tensor> outputs;  // [N, width], float64, CPU; turned back and weighted
};

/// Evaluate a model for each rotation and sum the results.
///
/// @param outputs requested outputs in addition to the energy, with their widths
/// @param frames checked sets of rotations: one for all structures, or one for each
/// @param frames_at_once number of rotations that go through the model together
/// @throws EvaluationError if the model, its gradient or a transfer fails
FrameSum sum_over_frames(Model& model, const std::vector<AtomOutput>& outputs, const Graph& graph,
                         const std::vector<Frames>& frames, std::int64_t frames_at_once);

}  // namespace tumble
