#include "operators/features.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include <atomic>

namespace tumble {

namespace {

std::atomic<int64_t> observers{0};

}  // namespace

at::Tensor features(const at::Tensor& x, std::string_view layer, std::string_view irreps, std::string_view layout) {
    if (observers.load(std::memory_order_acquire) == 0) return x;
    static const auto observed =
        c10::Dispatcher::singleton().findSchemaOrThrow("tumble::observed_features", "").typed<decltype(features)>();
    return observed.call(x, layer, irreps, layout);
}

int64_t observe_features(int64_t change) { return observers.fetch_add(change, std::memory_order_acq_rel) + change; }

// Composite operators: what an observer does is differentiable if its parts are. The alias annotation says that the
// result may be the argument itself.
TORCH_LIBRARY_FRAGMENT(tumble, library) {
    library.def("features(Tensor(a) x, str layer, str irreps, str layout) -> Tensor(a)", features);
    library.def("observe_features(int change) -> int", observe_features);
    library.def("observed_features(Tensor(a) x, str layer, str irreps, str layout) -> Tensor(a)");  // in Python
}

}  // namespace tumble
