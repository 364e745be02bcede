#pragma once
/// Runs a model on structures as they look from several frames, and sums what it gives. Internal to the core: this
/// header needs torch.

#include "tumble/evaluation/evaluation.h"
#include "tumble/frames/frames.h"
#include "tumble/graph/graph.h"
#include "tumble/model/model.h"

namespace tumble {

/// Sums over frames. Energies are the model's own, without its baseline.
struct FrameSum {
    at::Tensor atom_energies;         // [N], float64, CPU; weighted
    at::Tensor edge_gradients;        // [E, 3], float64, CPU; turned back and weighted
    at::Tensor bare_gradients;        // [E, 3], float64, CPU; turned back, of the frame `bare` alone
    at::Tensor frame_energies;        // [B, K], float64, CPU; of the local atoms
    std::vector<at::Tensor> outputs;  // [N, width], float64, CPU; turned back and weighted
};

/// @param outputs which are wanted besides the energy, with their widths
/// @param frames of all structures, or of each; checked
/// @param frames_at_once how many frames go through the model together
/// @throws EvaluationError whatever fails in the model, its gradient or the transfers
FrameSum sum_over_frames(Model& model, const std::vector<AtomOutput>& outputs, const Graph& graph,
                         const std::vector<Frames>& frames, std::int64_t frames_at_once);

}  // namespace tumble
