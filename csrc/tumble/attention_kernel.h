#pragma once

#include <cstdint>

namespace tumble {

/// What the kernels of `attention` read and write; all arrays belong to the caller. W = heads * head_width.
template <typename T>
struct AttentionArrays {
    int64_t atoms, heads, head_width;
    const int64_t* first;    ///< [atoms + 1]
    const T* qkv;            ///< [tokens, 3 W]
    const T* log_weights;    ///< [edges]
    const int64_t* offsets;  ///< start of each atom's probabilities [atoms]
    T* probabilities;        ///< [heads, rows, padded rows] for each atom; written forward, read backward
    T* out;                  ///< forward: [tokens, W]
    const T* out_gradient;   ///< backward: [tokens, W]
    T* qkv_gradient;         ///< backward: [tokens, 3 W]
    T* log_gradient;         ///< backward: [edges]
};

/// Kernels of one precision and instruction set. Both work on the atoms from `begin` to before `end`, which write to
/// places of their own, so ranges may run in parallel.
template <typename T>
struct AttentionKernel {
    int64_t lanes;  ///< rows of probabilities are padded to a multiple of this
    /// Elements of scratch memory for neighbourhoods of at most `rows` rows, forward or backward.
    int64_t (*scratch)(int64_t rows, int64_t head_width);
    void (*forward)(const AttentionArrays<T>& arrays, int64_t begin, int64_t end, T* scratch);
    void (*backward)(const AttentionArrays<T>& arrays, int64_t begin, int64_t end, T* scratch);
};

/// The kernel for the instructions that torch uses: the processor's best, or what ATEN_CPU_CAPABILITY asks for.
template <typename T>
const AttentionKernel<T>& attention_kernel();

}  // namespace tumble
