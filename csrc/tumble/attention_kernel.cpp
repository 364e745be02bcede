#include "attention_kernel.h"

#include <ATen/Version.h>

#include <string>

namespace tumble {

#define TUMBLE_DECLARE(isa)                             \
    namespace isa {                                     \
    extern const AttentionKernel<float> float_kernel;   \
    extern const AttentionKernel<double> double_kernel; \
    }
TUMBLE_DECLARE(baseline)
#ifdef __x86_64__
TUMBLE_DECLARE(avx2)
TUMBLE_DECLARE(avx512)
#endif
#undef TUMBLE_DECLARE

namespace {

struct Kernels {
    const AttentionKernel<float>& single;
    const AttentionKernel<double>& twofold;
};

Kernels choose() {
#ifdef __x86_64__
    const std::string capability = at::get_cpu_capability();
    if (capability == "AVX512") return {avx512::float_kernel, avx512::double_kernel};
    if (capability == "AVX2") return {avx2::float_kernel, avx2::double_kernel};
#endif
    return {baseline::float_kernel, baseline::double_kernel};
}

const Kernels& kernels() {
    static const Kernels chosen = choose();
    return chosen;
}

}  // namespace

template <>
const AttentionKernel<float>& attention_kernel() {
    return kernels().single;
}

template <>
const AttentionKernel<double>& attention_kernel() {
    return kernels().twofold;
}

}  // namespace tumble
