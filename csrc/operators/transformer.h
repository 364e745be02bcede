#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace tumble {

/// A pre-norm transformer layer on packed tokens, in which each atom and its neighbors attend to each other: the
/// operator `tumble::transformer_layer` of TorchScript archives.
///
///     s = x + W_out attention(W_qkv norm_1(x) + b_qkv) + b_out,   y = s + W_2 silu(W_1 norm_2(s) + b_1) + b_2
///
/// On a CPU, tokens go through the layer in blocks that stay in the cache, and the layer can be differentiated once
/// with respect to tokens and weights of edges. On other devices it consists of torch's operators and `attention`.
///
/// @param tokens [N + E, width], float32 or float64; see `attention` for their order.
/// @param log_weights ln of the weight of each edge [E].
/// @param first First edge of each atom, and E at the end [N + 1], int64.
/// @param heads Number of heads; divides the width.
/// @param epsilon Constant of the layer norms, added to the variance.
/// @param parameters Weight and bias, in torch's layout, of norm_1, W_qkv, W_out, norm_2, W_1 and W_2: 12 tensors.
/// @return Tokens [N + E, width].
/// @throws c10::Error for shapes or types other than these and, on a CPU, for parameters that require a gradient and
///     for a second derivative. Forward-mode derivatives and tracing with tensors that have no data aren't supported.
at::Tensor transformer_layer(const at::Tensor& tokens, const at::Tensor& log_weights, const at::Tensor& first,
                             int64_t heads, double epsilon, const std::vector<at::Tensor>& parameters);

/// A number for each token, v . silu(W x + b) + c: the operator `tumble::readout`, differentiable as
/// `transformer_layer`.
///
/// @param tokens x [T, width].
/// @param parameters W [hidden, width], b [hidden], v [1, hidden], c [1].
/// @return [T].
/// @throws c10::Error As for `transformer_layer`.
at::Tensor readout(const at::Tensor& tokens, const std::vector<at::Tensor>& parameters);

}  // namespace tumble
