#pragma once

#include <ATen/core/Tensor.h>

namespace tumble {

/// Multi-head attention in which each atom and its neighbours attend to each other and to nobody else: the operator
/// `tumble::attention` of TorchScript archives, registered when this library is loaded.
///
/// Tokens are packed, [N atoms; E edges] along one axis. Row 0 of neighbourhood n is the token of atom n, row r > 0
/// that of its edge number r - 1, and within it, for each head,
///
///     out_i = sum_j p_ij value_j,   p_ij = w_j exp(query_i . key_j / sqrt(D)) / sum_k w_k exp(query_i . key_k /
///     sqrt(D)),
///
/// with w_j = exp(log_weights_j) for edges and 1 for the atom. On a CPU it works on the packed rows, without padding,
/// and can be differentiated once; elsewhere it pads and calls torch's fused attention.
///
/// @param qkv Queries, keys and values side by side [N + E, 3 * heads * D], float32 or float64.
/// @param log_weights ln of the weight of each edge [E].
/// @param first First edge of each atom, and E at the end [N + 1], int64.
/// @param heads Number of heads.
/// @return Mixed values [N + E, heads * D].
/// @throws c10::Error for shapes or types other than these, and for a second derivative on a CPU.
at::Tensor attention(const at::Tensor& qkv, const at::Tensor& log_weights, const at::Tensor& first, int64_t heads);

/// The same by padding each neighbourhood to the longest one, from torch's operators alone: what `attention` does where
/// there is no kernel. Registered as `tumble::padded_attention`, so that it is tested on a CPU, too.
at::Tensor padded_attention(const at::Tensor& qkv, const at::Tensor& log_weights, const at::Tensor& first,
                            int64_t heads);

/// What follows is what operators with kernels are made of.

/// Whether there are kernels for tensors like this one.
bool has_kernels(const at::Tensor& tensor);

/// @throws c10::Error unless neighbourhoods fit together and fit packed tokens of any width. On a CPU `first` is looked
///     at, too: it comes from a file's code, and a kernel that trusted it could be led anywhere.
void check_neighbourhoods(const char* name, const at::Tensor& tokens, const at::Tensor& log_weights,
                          const at::Tensor& first);

/// Mixed values, and the probabilities that `attend_backward` needs.
struct Attended {
    at::Tensor mixed, probabilities;
};
struct AttentionGradients {
    at::Tensor qkv, log_weights;
};

/// `attention` on a CPU without its derivative, for contiguous tensors that were checked.
Attended attend(const at::Tensor& qkv, const at::Tensor& log_weights, const at::Tensor& first, int64_t heads);

/// Gradients of `attend`, given that of the mixed values.
AttentionGradients attend_backward(const at::Tensor& qkv, const at::Tensor& log_weights, const at::Tensor& first,
                                   int64_t heads, const at::Tensor& probabilities, const at::Tensor& gradient);

/// @throws c10::NotImplementedError in a backward pass that should itself be differentiable.
void refuse_second_derivative(const char* name);

}  // namespace tumble
