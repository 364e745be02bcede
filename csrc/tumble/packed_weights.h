#pragma once

#include <ATen/core/Tensor.h>

namespace tumble {

/// Which way a matrix maps: x -> x W^T, or gradients g -> g W.
enum class Direction { forward, backward };

/// The weight [out, in] of a linear map in the layout that `Kernels::pack` gives it for products in one direction.
///
/// Packing a matrix takes as long as to multiply a dozen tokens with it, so the result is remembered for as long as the
/// weight lives and isn't written to. Only what hides a change from torch, such as writing through `weight.data`, goes
/// unnoticed. May be called from several threads.
///
/// @param weight [out, in] on a CPU, float32 or float64.
at::Tensor packed_weight(const at::Tensor& weight, Direction direction);

}  // namespace tumble
