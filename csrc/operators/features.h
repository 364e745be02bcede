#pragma once

#include <ATen/core/Tensor.h>

#include <string_view>

namespace tumble {

/// Mark equivariant features, so that Python can see and edit them within a running model. This is the operator
/// `tumble::features` of TorchScript archives, registered when this library is loaded.
///
/// Without observers it returns `x` itself, on any device and in any type; its arguments aren't even read. With
/// observers, which only Python can set (python/tumble/features.py), `x` goes to `tumble::observed_features`, and the
/// result continues in its place, also in the derivatives.
///
/// Observers are set for the whole process, since a model may run in another thread than the Python code that waits for
/// it. Several threads may call this while observers change.
///
/// @param x Features [N, dim], or of any shape that flattens to it.
/// @param layer Name of the layer; one layer may mark several tensors.
/// @param irreps Irreducible representations of O(3) in the notation of e3nn, such as "32x0e+16x1o".
/// @param layout Order within each of them: "mul_ir" (channel, then m, as in e3nn) or "ir_mul" (m, then channel).
/// @return `x`, or what observers make of it.
at::Tensor features(const at::Tensor& x, std::string_view layer, std::string_view irreps, std::string_view layout);

/// Count the observers of this process. This is the operator `tumble::observe_features`.
///
/// @param change 1 for one more, -1 for one less.
/// @return Their number after the change.
int64_t observe_features(int64_t change);

}  // namespace tumble
