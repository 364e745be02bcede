#pragma once

#include <ATen/core/Tensor.h>

namespace tumble {

/// Direction of a product with a weight W: x -> x W^T, or gradients g -> g W.
enum class Direction { forward, backward };

/// Return the weight [out, in] of a linear map in the layout of `Kernels::pack` for products in one direction.
///
/// Packing a matrix takes as long as multiplying a dozen tokens with it, so the result is kept as long as the weight
/// lives and isn't changed; both directions need twice the memory of the weight. Packed copies of a deleted weight are
/// freed when another weight is packed. Changes that bypass torch, by writing to `weight.data` or `weight.numpy()`, go
/// unnoticed. Inference tensors have no record of changes and are packed in each call. Several threads may call this.
///
/// @param weight [out, in] on a CPU, float32 or float64.
at::Tensor packed_weight(const at::Tensor& weight, Direction direction);

/// Return `count` rounded up to a multiple of `Kernels::panel`.
template <typename T>
int64_t padded_to_panel(int64_t count);

}  // namespace tumble
