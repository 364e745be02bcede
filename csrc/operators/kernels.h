#pragma once

#include <cstdint>

#include "operators/symmetry_arrays.h"

namespace tumble {

/// Arrays that the kernels of attention read and write; the caller owns them. W = heads * head_width.
template <typename T>
struct AttentionArrays {
    int64_t atoms, heads, head_width;
    const int64_t* first;    ///< [atoms + 1]
    const T* qkv;            ///< [tokens, 3 W]
    const T* log_weights;    ///< [edges]
    const int64_t* offsets;  ///< first probability of each atom [atoms]
    T* probabilities;        ///< [heads, rows, padded rows] for each atom; written forward, read backward
    T* out;                  ///< forward: [tokens, W]
    const T* out_gradient;   ///< backward: [tokens, W]
    T* qkv_gradient;         ///< backward: [tokens, 3 W]
    T* log_gradient;         ///< backward: [edges]
};

/// An affine map of each token, x -> x B + bias.
template <typename T>
struct Affine {
    int64_t in, out;
    const T* packed;  ///< B [in, out], packed by `pack`
    const T* bias;    ///< [out], or null for none
};

/// Layer normalization.
template <typename T>
struct Norm {
    const T* weight;  ///< [width]
    const T* bias;    ///< [width]
    T epsilon;
};

/// Operations on single tokens in a transformer layer with attention A:
///
///     enter: qkv = norm_1(x) W_qkv + b,    leave: s = x + A(qkv) W_out + b,  y = s + silu(norm_2(s) W_1 + b) W_2 + b.
///
/// In the backward pass the maps act on gradients: with transposed matrices and no bias.
template <typename T>
struct TokenArrays {
    int64_t width, hidden;
    Norm<T> norms[2];
    Affine<T> qkv, out, expand, contract;
    const T* tokens;    ///< x [tokens, width]
    T* attention;       ///< enter: qkv [tokens, 3 width]; leave: A(qkv) [tokens, width]; backward: their gradients
    T* sums;            ///< s [tokens, width]
    T* slopes;          ///< silu' [tokens, hidden, padded]; written forward, read backward
    T* result;          ///< y [tokens, width]
    const T* gradient;  ///< backward: gradient of y [tokens, width]
    T* sums_gradient;   ///< backward: gradient of s, from `leave`; `enter` turns it into that of x [tokens, width]
};

/// Arrays of the readout y = silu(x W + b) . v + c, a number for each token.
template <typename T>
struct ReadoutArrays {
    Affine<T> first;
    const T* second;     ///< v [hidden]
    T offset;            ///< c
    const T* tokens;     ///< x [tokens, width]
    T* slopes;           ///< silu' times v [tokens, hidden, padded]; written forward, read backward
    T* result;           ///< y [tokens]
    const T* gradient;   ///< backward: gradient of y [tokens]
    T* tokens_gradient;  ///< backward: gradient of x [tokens, width]
};

/// Kernels for one precision and instruction set. A kernel with `begin` and `end` computes the atoms or tokens from
/// `begin` to `end` - 1. Different ranges write to different memory, so they may run in parallel.
template <typename T>
struct Kernels {
    int64_t lanes;  ///< rows of probabilities are padded to a multiple of this
    int64_t panel;  ///< columns of `Affine` and rows of `hidden` are padded to a multiple of this

    /// Return the number of elements of scratch memory for neighborhoods of at most `rows` rows, forward or backward.
    int64_t (*attention_scratch)(int64_t rows, int64_t head_width);
    void (*attention_forward)(const AttentionArrays<T>& arrays, int64_t begin, int64_t end, T* scratch);
    void (*attention_backward)(const AttentionArrays<T>& arrays, int64_t begin, int64_t end, T* scratch);

    /// Copy a matrix B [in, out] with any strides to the layout for products: in * (padded out) elements.
    void (*pack)(const T* matrix, int64_t in, int64_t out, int64_t in_stride, int64_t out_stride, T* packed);
    /// Return the number of elements of scratch memory for `count` tokens and maps with at most `width` elements.
    int64_t (*token_scratch)(int64_t count, int64_t width);
    void (*enter_forward)(const TokenArrays<T>& arrays, int64_t begin, int64_t end, T* scratch);
    void (*enter_backward)(const TokenArrays<T>& arrays, int64_t begin, int64_t end, T* scratch);
    void (*leave_forward)(const TokenArrays<T>& arrays, int64_t begin, int64_t end, T* scratch);
    void (*leave_backward)(const TokenArrays<T>& arrays, int64_t begin, int64_t end, T* scratch);
    void (*readout_forward)(const ReadoutArrays<T>& arrays, int64_t begin, int64_t end, T* scratch);
    void (*readout_backward)(const ReadoutArrays<T>& arrays, int64_t begin, int64_t end, T* scratch);

    /// Elements of scratch memory for the atoms from `begin` to before `end`, forward or backward.
    int64_t (*symmetry_scratch)(const SymmetryArrays<T>& arrays, int64_t begin, int64_t end);
    void (*symmetry_forward)(const SymmetryArrays<T>& arrays, int64_t begin, int64_t end, T* scratch);
    void (*symmetry_backward)(const SymmetryArrays<T>& arrays, int64_t begin, int64_t end, T* scratch);
};

/// Return the kernels for the instruction set that torch uses: the processor's best, or the one that
/// ATEN_CPU_CAPABILITY names.
template <typename T>
const Kernels<T>& kernels();

}  // namespace tumble
