#pragma once

#include <ATen/core/Tensor.h>

namespace tumble {

/// Which way a matrix maps: x -> x W^T, or gradients g -> g W.
enum class Direction { forward, backward };

/// The weight [out, in] of a linear map in the layout that `Kernels::pack` gives it for products in one direction.
///
/// Packing a matrix takes as long as to multiply a dozen tokens with it, so the result is remembered while the weight
/// lives and isn't written to; both directions take twice the memory of the weight. What belongs to a weight that is
/// gone is freed when the next one is packed. A change that is hidden from torch, by writing through `weight.data` or
/// `weight.numpy()`, goes unnoticed. Inference tensors, which don't tell of changes, are packed in each call. May be
/// called from several threads.
///
/// @param weight [out, in] on a CPU, float32 or float64.
at::Tensor packed_weight(const at::Tensor& weight, Direction direction);

/// `count` columns with those that fill the last panel, `Kernels::panel`.
template <typename T>
int64_t padded_to_panel(int64_t count);

}  // namespace tumble
