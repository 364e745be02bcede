#pragma once

#include <ATen/core/Tensor.h>

namespace tumble {

/// Multi-head attention within neighborhoods: each atom and its neighbors attend only to each other. This is the
/// operator `tumble::attention` of TorchScript archives, registered when this library is loaded.
///
/// Tokens are packed, [N atoms; E edges] along one axis. Row 0 of neighborhood n is the token of atom n, row r > 0 the
/// token of its edge r - 1. Within a neighborhood, for each head,
///
///     out_i = sum_j p_ij value_j,   p_ij = w_j exp(query_i . key_j / sqrt(D)) / sum_k w_k exp(query_i . key_k /
///     sqrt(D)),
///
/// with w_j = exp(log_weights_j) for edges and 1 for the atom. On a CPU the operator uses packed rows, without padding,
/// and can be differentiated once. On other devices it pads the rows and calls torch's fused attention.
///
/// @param qkv Queries, keys and values in one row per token [N + E, 3 * heads * D], float32 or float64.
/// @param log_weights ln of the weight of each edge [E].
/// @param first First edge of each atom, and E at the end [N + 1], int64.
/// @param heads Number of heads.
/// @return Mixed values [N + E, heads * D].
/// @throws c10::Error for shapes or types other than these, and for a second derivative on a CPU.
at::Tensor attention(const at::Tensor& qkv, const at::Tensor& log_weights, const at::Tensor& first, int64_t heads);

/// `attention` with torch's operators alone: pads each neighborhood to the largest one. `attention` uses it where there
/// is no kernel. It is also registered, as `tumble::padded_attention`, so that a CPU can test it.
at::Tensor padded_attention(const at::Tensor& qkv, const at::Tensor& log_weights, const at::Tensor& first,
                            int64_t heads);

// The rest of this header is for operators with kernels.

/// Return whether there are kernels for tensors of this type and on this device.
bool has_kernels(const at::Tensor& tensor);

/// Check the first edges of atoms. On a CPU this includes their values: they come from the code in a model file, and
/// wrong ones would let a kernel access any memory.
/// @throws c10::Error unless they are int64 [atoms + 1] and ascend from 0 to `edges`.
void check_first(const char* name, const at::Tensor& first, int64_t edges);

/// Check that neighborhoods are consistent with packed tokens of any width, and `first`.
/// @throws c10::Error if they aren't.
void check_neighborhoods(const char* name, const at::Tensor& tokens, const at::Tensor& log_weights,
                         const at::Tensor& first);

/// Mixed values, with the probabilities that `attend_backward` needs.
struct Attended {
    at::Tensor mixed, probabilities;
};
struct AttentionGradients {
    at::Tensor qkv, log_weights;
};

/// Compute `attention` on a CPU, without its derivative, for contiguous and checked tensors.
Attended attend(const at::Tensor& qkv, const at::Tensor& log_weights, const at::Tensor& first, int64_t heads);

/// Return the gradients of `attend`, given the gradient with respect to the mixed values.
AttentionGradients attend_backward(const at::Tensor& qkv, const at::Tensor& log_weights, const at::Tensor& first,
                                   int64_t heads, const at::Tensor& probabilities, const at::Tensor& gradient);

/// Refuse a backward pass that should itself be differentiable.
/// @throws c10::NotImplementedError in such a pass.
void refuse_second_derivative(const char* name);

}  // namespace tumble
