#include "operators/transformer.h"

#include <ATen/ATen.h>
#include <torch/autograd.h>
#include <torch/library.h>

#include <algorithm>
#include <memory>

#include "operators/attention.h"
#include "operators/kernels.h"
#include "operators/packed_weights.h"
#include "operators/parallel.h"

namespace tumble {

namespace {

constexpr int64_t grain = 64;  // tokens; for fewer, waking a thread takes longer than the work

/// Indices of weights in `parameters` of a layer; each bias follows its weight.
enum Place { norm_1 = 0, qkv = 2, out = 4, norm_2 = 6, expand = 8, contract = 10, places = 12 };

using Parameters = std::vector<at::Tensor>;

/// Linear maps in the layout of the kernels, with the tensors to which they point.
template <typename T>
class Maps {
  public:
    Affine<T> forward(const at::Tensor& weight, const at::Tensor& bias) {
        return {weight.size(1), weight.size(0), packed(weight, Direction::forward), bias.const_data_ptr<T>()};
    }
    /// Return the map of gradients.
    Affine<T> backward(const at::Tensor& weight) {
        return {weight.size(0), weight.size(1), packed(weight, Direction::backward), nullptr};
    }

  private:
    const T* packed(const at::Tensor& weight, Direction direction) {
        owned_.push_back(packed_weight(weight, direction));
        return owned_.back().const_data_ptr<T>();
    }
    std::vector<at::Tensor> owned_;
};

template <typename T, typename Arrays>
void for_tokens(void (*kernel)(const Arrays&, int64_t, int64_t, T*), const Arrays& arrays, int64_t count,
                int64_t width) {
    in_parallel(count, grain, [&](int64_t begin, int64_t end) {
        const std::unique_ptr<T[]> scratch(new T[kernels<T>().token_scratch(end - begin, width)]);
        kernel(arrays, begin, end, scratch.get());
    });
}

template <typename T>
TokenArrays<T> arrays_of(const Parameters& p, double epsilon) {
    TokenArrays<T> arrays{};
    arrays.width = p[norm_1].size(0);
    arrays.hidden = p[expand].size(0);
    arrays.norms[0] = {p[norm_1].const_data_ptr<T>(), p[norm_1 + 1].const_data_ptr<T>(), T(epsilon)};
    arrays.norms[1] = {p[norm_2].const_data_ptr<T>(), p[norm_2 + 1].const_data_ptr<T>(), T(epsilon)};
    return arrays;
}

/// Tensors that a layer keeps for its derivative.
struct LayerState {
    at::Tensor tokens, log_weights, first, qkv, probabilities, sums, slopes;
    int64_t heads;
    double epsilon;
    Parameters parameters;
};

template <typename T>
at::Tensor layer_forward(LayerState& state) {
    const Parameters& p = state.parameters;
    Maps<T> maps;
    TokenArrays<T> arrays = arrays_of<T>(p, state.epsilon);
    arrays.qkv = maps.forward(p[qkv], p[qkv + 1]);
    arrays.out = maps.forward(p[out], p[out + 1]);
    arrays.expand = maps.forward(p[expand], p[expand + 1]);
    arrays.contract = maps.forward(p[contract], p[contract + 1]);
    const int64_t count = state.tokens.size(0), widest = std::max(3 * arrays.width, arrays.hidden);
    const auto options = state.tokens.options();
    state.qkv = at::empty({count, 3 * arrays.width}, options);
    arrays.tokens = state.tokens.const_data_ptr<T>();
    arrays.attention = state.qkv.mutable_data_ptr<T>();
    for_tokens(kernels<T>().enter_forward, arrays, count, widest);
    const auto [mixed, probabilities] = attend(state.qkv, state.log_weights, state.first, state.heads);
    state.probabilities = probabilities;
    state.sums = at::empty_like(state.tokens);
    state.slopes = at::empty({count, padded_to_panel<T>(arrays.hidden)}, options);
    at::Tensor result = at::empty_like(state.tokens);
    arrays.attention = mixed.mutable_data_ptr<T>();
    arrays.sums = state.sums.mutable_data_ptr<T>();
    arrays.slopes = state.slopes.mutable_data_ptr<T>();
    arrays.result = result.mutable_data_ptr<T>();
    for_tokens(kernels<T>().leave_forward, arrays, count, widest);
    return result;
}

/// Return the gradients with respect to tokens and weights of edges.
template <typename T>
std::pair<at::Tensor, at::Tensor> layer_backward(const LayerState& state, const at::Tensor& gradient) {
    const Parameters& p = state.parameters;
    Maps<T> maps;
    TokenArrays<T> arrays = arrays_of<T>(p, state.epsilon);
    arrays.qkv = maps.backward(p[qkv]);
    arrays.out = maps.backward(p[out]);
    arrays.expand = maps.backward(p[expand]);
    arrays.contract = maps.backward(p[contract]);
    const int64_t count = state.tokens.size(0), widest = std::max(3 * arrays.width, arrays.hidden);
    at::Tensor mixed_gradient = at::empty_like(state.tokens), tokens_gradient = at::empty_like(state.tokens);
    arrays.tokens = state.tokens.const_data_ptr<T>();
    arrays.sums = state.sums.mutable_data_ptr<T>();
    arrays.slopes = state.slopes.mutable_data_ptr<T>();
    arrays.gradient = gradient.const_data_ptr<T>();
    arrays.attention = mixed_gradient.mutable_data_ptr<T>();
    arrays.sums_gradient = tokens_gradient.mutable_data_ptr<T>();
    for_tokens(kernels<T>().leave_backward, arrays, count, widest);
    const auto [qkv_gradient, log_gradient] =
        attend_backward(state.qkv, state.log_weights, state.first, state.heads, state.probabilities, mixed_gradient);
    arrays.attention = qkv_gradient.mutable_data_ptr<T>();
    for_tokens(kernels<T>().enter_backward, arrays, count, widest);
    return {tokens_gradient, log_gradient};
}

class Layer : public torch::autograd::Function<Layer> {
  public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& tokens,
                              const at::Tensor& log_weights, const at::Tensor& first, int64_t heads, double epsilon,
                              const Parameters& parameters) {
        LayerState state;
        state.tokens = tokens.contiguous();
        state.log_weights = log_weights.contiguous();
        state.first = first.contiguous();
        state.heads = heads;
        state.epsilon = epsilon;
        for (const auto& parameter : parameters) state.parameters.push_back(parameter.contiguous());
        const at::Tensor result =
            tokens.scalar_type() == at::kDouble ? layer_forward<double>(state) : layer_forward<float>(state);
        std::vector<at::Tensor> saved{state.tokens,        state.log_weights, state.first, state.qkv,
                                      state.probabilities, state.sums,        state.slopes};
        saved.insert(saved.end(), state.parameters.begin(), state.parameters.end());
        context->save_for_backward(saved);
        context->saved_data["heads"] = heads;
        context->saved_data["epsilon"] = epsilon;
        return result;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list gradients) {
        refuse_second_derivative("transformer_layer");
        const auto saved = context->get_saved_variables();
        const LayerState state{saved[0],
                               saved[1],
                               saved[2],
                               saved[3],
                               saved[4],
                               saved[5],
                               saved[6],
                               context->saved_data["heads"].toInt(),
                               context->saved_data["epsilon"].toDouble(),
                               Parameters(saved.begin() + 7, saved.end())};
        const at::Tensor gradient = gradients[0].contiguous();
        const auto [of_tokens, of_weights] = gradient.scalar_type() == at::kDouble
                                                 ? layer_backward<double>(state, gradient)
                                                 : layer_backward<float>(state, gradient);
        return {of_tokens, of_weights, {}, {}, {}, {}};
    }
};

template <typename T>
std::pair<at::Tensor, at::Tensor> readout_forward(const at::Tensor& tokens, const Parameters& p) {
    Maps<T> maps;
    ReadoutArrays<T> arrays{};
    arrays.first = maps.forward(p[0], p[1]);
    const int64_t count = tokens.size(0);
    at::Tensor result = at::empty({count}, tokens.options());
    at::Tensor slopes = at::empty({count, padded_to_panel<T>(arrays.first.out)}, tokens.options());
    arrays.second = p[2].const_data_ptr<T>();
    arrays.offset = *p[3].const_data_ptr<T>();
    arrays.tokens = tokens.const_data_ptr<T>();
    arrays.slopes = slopes.mutable_data_ptr<T>();
    arrays.result = result.mutable_data_ptr<T>();
    for_tokens(kernels<T>().readout_forward, arrays, count, std::max(arrays.first.in, arrays.first.out));
    return {result, slopes};
}

template <typename T>
at::Tensor readout_backward(const at::Tensor& weight, const at::Tensor& slopes, const at::Tensor& gradient) {
    Maps<T> maps;
    ReadoutArrays<T> arrays{};
    arrays.first = maps.backward(weight);
    const int64_t count = gradient.size(0);
    at::Tensor tokens_gradient = at::empty({count, weight.size(1)}, gradient.options());
    arrays.slopes = slopes.mutable_data_ptr<T>();
    arrays.gradient = gradient.const_data_ptr<T>();
    arrays.tokens_gradient = tokens_gradient.mutable_data_ptr<T>();
    for_tokens(kernels<T>().readout_backward, arrays, count, std::max(arrays.first.in, arrays.first.out));
    return tokens_gradient;
}

class Readout : public torch::autograd::Function<Readout> {
  public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& tokens,
                              const Parameters& parameters) {
        Parameters p;
        for (const auto& parameter : parameters) p.push_back(parameter.contiguous());
        const at::Tensor x = tokens.contiguous();
        const auto [result, slopes] =
            x.scalar_type() == at::kDouble ? readout_forward<double>(x, p) : readout_forward<float>(x, p);
        context->save_for_backward({p[0], slopes});
        return result;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list gradients) {
        refuse_second_derivative("readout");
        const auto saved = context->get_saved_variables();
        const at::Tensor gradient = gradients[0].contiguous();
        return {gradient.scalar_type() == at::kDouble ? readout_backward<double>(saved[0], saved[1], gradient)
                                                      : readout_backward<float>(saved[0], saved[1], gradient),
                {}};
    }
};

/// Check the sizes of parameters, on which kernels rely: they come from the code in a model file.
void check_parameters(const char* name, const at::Tensor& tokens, const Parameters& parameters,
                      const std::vector<std::vector<int64_t>>& shapes) {
    TORCH_CHECK(parameters.size() == shapes.size(), "tumble::", name, ": `parameters`: expected ", shapes.size(),
                " tensors, got ", parameters.size());
    for (size_t k = 0; k < shapes.size(); ++k) {
        const at::Tensor& own = parameters[k];
        TORCH_CHECK(
            own.sizes() == shapes[k] && own.scalar_type() == tokens.scalar_type() && own.device() == tokens.device(),
            "tumble::", name, ": `parameters`: expected ", c10::IntArrayRef(shapes[k]), " of ", tokens.scalar_type(),
            " on ", tokens.device(), " as number ", k, ", got ", own.sizes(), " of ", own.scalar_type(), " on ",
            own.device());
        TORCH_CHECK(!has_kernels(tokens) || !at::GradMode::is_enabled() || !own.requires_grad(), "tumble::", name,
                    ": expected parameters without gradients, got one that requires them; train the Python model");
    }
}

at::Tensor linear(const Parameters& p, Place place, const at::Tensor& x) {
    return at::linear(x, p[place], p[place + 1]);
}

}  // namespace

at::Tensor transformer_layer(const at::Tensor& tokens, const at::Tensor& log_weights, const at::Tensor& first,
                             int64_t heads, double epsilon, const Parameters& parameters) {
    TORCH_CHECK(tokens.dim() == 2, "tumble::transformer_layer: `tokens`: expected [tokens, width], got ",
                tokens.sizes());
    TORCH_CHECK(parameters.size() == places && parameters[expand].dim() == 2,
                "tumble::transformer_layer: `parameters`: expected ", int(places), " tensors, got ", parameters.size());
    const int64_t w = tokens.size(1), h = parameters[expand].size(0);
    check_parameters("transformer_layer", tokens, parameters,
                     {{w}, {w}, {3 * w, w}, {3 * w}, {w, w}, {w}, {w}, {w}, {h, w}, {h}, {w, h}, {w}});
    TORCH_CHECK(heads > 0 && w % heads == 0, "tumble::transformer_layer: `heads`: expected a divisor of the width, ", w,
                ", got ", heads);
    check_neighborhoods("transformer_layer", tokens, log_weights, first);
    if (has_kernels(tokens)) return Layer::apply(tokens, log_weights, first, heads, epsilon, parameters);
    const Parameters& p = parameters;
    const at::Tensor entered = linear(p, qkv, at::layer_norm(tokens, {w}, p[norm_1], p[norm_1 + 1], epsilon));
    const at::Tensor sums = tokens + linear(p, out, attention(entered, log_weights, first, heads));
    const at::Tensor wide = linear(p, expand, at::layer_norm(sums, {w}, p[norm_2], p[norm_2 + 1], epsilon));
    return sums + linear(p, contract, at::silu(wide));
}

at::Tensor readout(const at::Tensor& tokens, const Parameters& parameters) {
    TORCH_CHECK(tokens.dim() == 2, "tumble::readout: `tokens`: expected [tokens, width], got ", tokens.sizes());
    TORCH_CHECK(parameters.size() == 4 && parameters[0].dim() == 2,
                "tumble::readout: `parameters`: expected 4 tensors, got ", parameters.size());
    const int64_t w = tokens.size(1), h = parameters[0].size(0);
    check_parameters("readout", tokens, parameters, {{h, w}, {h}, {1, h}, {1}});
    if (has_kernels(tokens)) return Readout::apply(tokens, parameters);
    const at::Tensor hidden = at::silu(at::linear(tokens, parameters[0], parameters[1]));
    return at::linear(hidden, parameters[2], parameters[3]).squeeze(1);
}

TORCH_LIBRARY_FRAGMENT(tumble, library) {
    library.def(
        "transformer_layer(Tensor tokens, Tensor log_weights, Tensor first, int heads, float epsilon, "
        "Tensor[] parameters) -> Tensor",
        transformer_layer);
    library.def("readout(Tensor tokens, Tensor[] parameters) -> Tensor", readout);
}

}  // namespace tumble
