#include "operators/attention.h"

#include <ATen/ATen.h>
#include <torch/autograd.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "operators/kernels.h"
#include "operators/parallel.h"

namespace tumble {

namespace {

void check_qkv(const at::Tensor& qkv, int64_t heads) {
    TORCH_CHECK(qkv.dim() == 2 && heads > 0 && heads <= qkv.size(1) && qkv.size(1) % (3 * heads) == 0,
                "tumble::attention: `qkv`: expected [tokens, 3 * heads * head width] with ", heads, " heads, got ",
                qkv.sizes());
}

/// Return where the probabilities of each atom begin in one array, and its length at the end.
std::vector<int64_t> probability_offsets(const at::Tensor& first, int64_t heads, int64_t lanes) {
    const int64_t* at = first.const_data_ptr<int64_t>();
    std::vector<int64_t> offsets{0};
    for (int64_t n = 0; n + 1 < first.size(0); ++n) {
        const int64_t rows = 1 + at[n + 1] - at[n];
        offsets.push_back(offsets.back() + heads * rows * ((rows + lanes - 1) / lanes * lanes));
    }
    return offsets;
}

template <typename T>
AttentionArrays<T> arrays_of(const at::Tensor& qkv, const at::Tensor& log_weights, const at::Tensor& first,
                             int64_t heads, const std::vector<int64_t>& offsets) {
    AttentionArrays<T> arrays{};
    arrays.atoms = first.size(0) - 1;
    arrays.heads = heads;
    arrays.head_width = qkv.size(1) / (3 * heads);
    arrays.first = first.const_data_ptr<int64_t>();
    arrays.qkv = qkv.const_data_ptr<T>();
    arrays.log_weights = log_weights.const_data_ptr<T>();
    arrays.offsets = offsets.data();
    return arrays;
}

/// Run a kernel on all atoms.
template <typename T, typename Range>
void for_atoms(const AttentionArrays<T>& arrays, const Range& range) {
    int64_t rows = 1;
    for (int64_t n = 0; n < arrays.atoms; ++n) rows = std::max(rows, 1 + arrays.first[n + 1] - arrays.first[n]);
    const int64_t grain = 8;  // atoms; for fewer, waking a thread takes longer than the work
    in_parallel(arrays.atoms, grain, [&](int64_t begin, int64_t end) {
        std::vector<T> scratch(kernels<T>().attention_scratch(rows, arrays.head_width));
        range(arrays, begin, end, scratch.data());
    });
}

template <typename T>
Attended forward_of(const at::Tensor& qkv, const at::Tensor& log_weights, const at::Tensor& first, int64_t heads) {
    const Kernels<T>& own = kernels<T>();
    const auto offsets = probability_offsets(first, heads, own.lanes);
    at::Tensor out = at::empty({qkv.size(0), qkv.size(1) / 3}, qkv.options());
    at::Tensor probabilities = at::empty({offsets.back()}, qkv.options());
    AttentionArrays<T> arrays = arrays_of<T>(qkv, log_weights, first, heads, offsets);
    arrays.probabilities = probabilities.mutable_data_ptr<T>();
    arrays.out = out.mutable_data_ptr<T>();
    for_atoms(arrays, own.attention_forward);
    return {out, probabilities};
}

template <typename T>
AttentionGradients backward_of(const at::Tensor& qkv, const at::Tensor& log_weights, const at::Tensor& first,
                               int64_t heads, const at::Tensor& probabilities, const at::Tensor& out_gradient) {
    const Kernels<T>& own = kernels<T>();
    const auto offsets = probability_offsets(first, heads, own.lanes);
    at::Tensor qkv_gradient = at::empty_like(qkv), log_gradient = at::empty_like(log_weights);
    AttentionArrays<T> arrays = arrays_of<T>(qkv, log_weights, first, heads, offsets);
    arrays.probabilities = const_cast<T*>(probabilities.const_data_ptr<T>());  // only read
    arrays.out_gradient = out_gradient.const_data_ptr<T>();
    arrays.qkv_gradient = qkv_gradient.mutable_data_ptr<T>();
    arrays.log_gradient = log_gradient.mutable_data_ptr<T>();
    for_atoms(arrays, own.attention_backward);
    return {qkv_gradient, log_gradient};
}

}  // namespace

Attended attend(const at::Tensor& qkv, const at::Tensor& log_weights, const at::Tensor& first, int64_t heads) {
    return qkv.scalar_type() == at::kDouble ? forward_of<double>(qkv, log_weights, first, heads)
                                            : forward_of<float>(qkv, log_weights, first, heads);
}

AttentionGradients attend_backward(const at::Tensor& qkv, const at::Tensor& log_weights, const at::Tensor& first,
                                   int64_t heads, const at::Tensor& probabilities, const at::Tensor& gradient) {
    return qkv.scalar_type() == at::kDouble
               ? backward_of<double>(qkv, log_weights, first, heads, probabilities, gradient)
               : backward_of<float>(qkv, log_weights, first, heads, probabilities, gradient);
}

void refuse_second_derivative(const char* name) {
    TORCH_CHECK_NOT_IMPLEMENTED(!at::GradMode::is_enabled(), "tumble::", name,
                                ": expected one derivative, got a request for a graph of the gradient "
                                "(`create_graph`); train the Python model, which has all derivatives");
}

namespace {

class PackedAttention : public torch::autograd::Function<PackedAttention> {
  public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& qkv,
                              const at::Tensor& log_weights, const at::Tensor& first, int64_t heads) {
        const at::Tensor x = qkv.contiguous(), w = log_weights.contiguous(), rows = first.contiguous();
        const auto [mixed, probabilities] = attend(x, w, rows, heads);
        context->save_for_backward({x, w, rows, probabilities});
        context->saved_data["heads"] = heads;
        return mixed;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list gradients) {
        refuse_second_derivative("attention");
        const auto saved = context->get_saved_variables();
        const auto [qkv, log_weights] = attend_backward(
            saved[0], saved[1], saved[2], context->saved_data["heads"].toInt(), saved[3], gradients[0].contiguous());
        return {qkv, log_weights, at::Tensor(), at::Tensor()};
    }
};

}  // namespace

void check_first(const char* name, const at::Tensor& first, int64_t edges) {
    TORCH_CHECK(first.dim() == 1 && first.scalar_type() == at::kLong && first.size(0) > 0, "tumble::", name,
                ": `first`: expected int64 [atoms + 1], got ", first.sizes(), " of ", first.scalar_type());
    if (!first.is_cpu()) return;
    const at::Tensor rows = first.contiguous();
    const int64_t* at = rows.const_data_ptr<int64_t>();
    const int64_t atoms = rows.size(0) - 1;
    TORCH_CHECK(at[0] == 0 && at[atoms] == edges && std::is_sorted(at, at + atoms + 1), "tumble::", name,
                ": `first`: expected numbers that ascend from 0 to the number of edges, ", edges);
}

void check_neighborhoods(const char* name, const at::Tensor& tokens, const at::Tensor& log_weights,
                         const at::Tensor& first) {
    TORCH_CHECK(tokens.device() == log_weights.device() && tokens.device() == first.device(), "tumble::", name,
                ": expected tensors on one device, got ", tokens.device(), ", ", log_weights.device(), " and ",
                first.device());
    TORCH_CHECK(log_weights.dim() == 1 && log_weights.scalar_type() == tokens.scalar_type(), "tumble::", name,
                ": `log_weights`: expected one value per edge of the tokens' type, ", tokens.scalar_type(), ", got ",
                log_weights.sizes(), " of ", log_weights.scalar_type());
    check_first(name, first, log_weights.size(0));
    TORCH_CHECK(tokens.size(0) == first.size(0) - 1 + log_weights.size(0), "tumble::", name,
                ": expected a token per atom and edge, got ", tokens.size(0), " tokens, ", first.size(0) - 1,
                " atoms and ", log_weights.size(0), " edges");
}

bool has_kernels(const at::Tensor& tensor) {
    return tensor.is_cpu() && (tensor.scalar_type() == at::kFloat || tensor.scalar_type() == at::kDouble);
}

at::Tensor padded_attention(const at::Tensor& qkv, const at::Tensor& log_weights, const at::Tensor& first,
                            int64_t heads) {
    check_qkv(qkv, heads);
    check_neighborhoods("attention", qkv, log_weights, first);
    const int64_t atoms = first.size(0) - 1, edges = log_weights.size(0), width = qkv.size(1) / 3;
    if (atoms == 0) return qkv.narrow(1, 0, width).clone();
    const at::Tensor start = first.narrow(0, 0, atoms), counts = first.narrow(0, 1, atoms) - start;
    const int64_t rows = 1 + counts.max().item<int64_t>();
    const at::Tensor atom = at::arange(atoms, first.options());
    const at::Tensor center = at::repeat_interleave(atom, counts, 0, edges);
    const at::Tensor rank = at::arange(edges, first.options()) - start.index_select(0, center);
    const at::Tensor slots = at::cat({atom * rows, center * rows + 1 + rank});
    // The weight of padding, exp(-1e4), is exactly zero in every floating-point type.
    const at::Tensor weights = at::full({atoms * rows}, -1e4, qkv.options())
                                   .index_copy(0, slots, at::cat({at::zeros({atoms}, qkv.options()), log_weights}));
    const at::Tensor padded = at::zeros({atoms * rows, 3 * width}, qkv.options()).index_copy(0, slots, qkv);
    const auto parts = padded.view({atoms, rows, 3, heads, width / heads}).permute({2, 0, 3, 1, 4}).unbind(0);
    const at::Tensor mixed = at::scaled_dot_product_attention(
        parts[0], parts[1], parts[2], weights.view({atoms, 1, 1, rows}).expand({atoms, heads, rows, rows}));
    return mixed.transpose(1, 2).reshape({atoms * rows, width}).index_select(0, slots);
}

at::Tensor attention(const at::Tensor& qkv, const at::Tensor& log_weights, const at::Tensor& first, int64_t heads) {
    if (!has_kernels(qkv)) return padded_attention(qkv, log_weights, first, heads);
    check_qkv(qkv, heads);
    check_neighborhoods("attention", qkv, log_weights, first);
    return PackedAttention::apply(qkv, log_weights, first, heads);
}

// Composite operators: they consist of parts that are differentiable on every device.
TORCH_LIBRARY(tumble, library) {
    library.def("attention(Tensor qkv, Tensor log_weights, Tensor first, int heads) -> Tensor", attention);
    library.def("padded_attention(Tensor qkv, Tensor log_weights, Tensor first, int heads) -> Tensor",
                padded_attention);
}

}  // namespace tumble
