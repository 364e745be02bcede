#include "operators/kernels.h"

#include <ATen/Version.h>

#include <string>

namespace tumble {

#define TUMBLE_DECLARE(isa)                 \
    namespace isa {                         \
    extern const Kernels<float> of_float;   \
    extern const Kernels<double> of_double; \
    }
TUMBLE_DECLARE(baseline)
#ifdef __x86_64__
TUMBLE_DECLARE(avx2)
TUMBLE_DECLARE(avx512)
#endif
#undef TUMBLE_DECLARE

namespace {

struct Chosen {
    const Kernels<float>& of_float;
    const Kernels<double>& of_double;
};

Chosen choose() {
#ifdef __x86_64__
    const std::string capability = at::get_cpu_capability();
    if (capability == "AVX512") return {avx512::of_float, avx512::of_double};
    if (capability == "AVX2") return {avx2::of_float, avx2::of_double};
#endif
    return {baseline::of_float, baseline::of_double};
}

const Chosen& chosen() {
    static const Chosen kernels = choose();
    return kernels;
}

}  // namespace

template <>
const Kernels<float>& kernels() {
    return chosen().of_float;
}

template <>
const Kernels<double>& kernels() {
    return chosen().of_double;
}

}  // namespace tumble
