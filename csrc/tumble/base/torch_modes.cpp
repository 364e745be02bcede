#include "tumble/base/torch_modes.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/DefaultDtype.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "tumble/base/process_claim.h"

namespace tumble {

namespace {

using at::Float32Backend;
using at::Float32MatmulPrecision;
using at::Float32Op;
using at::Float32Precision;

/// Full precision of float32 products.
///
/// Torch has an older setting for all products, and newer settings for each backend and operation. It raises errors if
/// the two contradict each other, so a precision that was set by the older setting is also restored by it.
class FullPrecision {
  public:
    FullPrecision() {
        for (std::size_t k = 0; k < operations.size(); ++k) before_[k] = now(k);
        if (reduced(before_[0]) || reduced(before_[1])) older_ = older_setting();
        if (older_) at::globalContext().setFloat32MatmulPrecision("highest");
        for (std::size_t k = 0; k < operations.size(); ++k) {
            if (reduced(now(k))) set(k, Float32Precision::IEEE);
        }
    }
    ~FullPrecision() {
        for (std::size_t k = 0; k < operations.size(); ++k) {
            if (now(k) != before_[k]) set(k, Float32Precision::NONE);  // inherits from the backend or all backends
        }
        if (older_) at::globalContext().setFloat32MatmulPrecision(*older_);
        for (std::size_t k = 0; k < operations.size(); ++k) {
            if (now(k) != before_[k]) set(k, before_[k]);
        }
    }
    FullPrecision(const FullPrecision&) = delete;
    FullPrecision& operator=(const FullPrecision&) = delete;

  private:
    /// The operations with a precision. Products come first, since the older setting changes only these. Convolutions
    /// on a GPU are left out, since their setting can't be restored exactly.
    static constexpr std::array<std::pair<Float32Backend, Float32Op>, 4> operations{
        {{Float32Backend::MKLDNN, Float32Op::MATMUL},
         {Float32Backend::CUDA, Float32Op::MATMUL},
         {Float32Backend::MKLDNN, Float32Op::CONV},
         {Float32Backend::MKLDNN, Float32Op::RNN}}};

    static bool reduced(Float32Precision precision) {
        return precision == Float32Precision::TF32 || precision == Float32Precision::BF16;
    }
    static Float32Precision now(std::size_t k) {
        return at::globalContext().float32Precision(operations[k].first, operations[k].second);
    }
    static void set(std::size_t k, Float32Precision precision) {
        at::globalContext().setFloat32Precision(operations[k].first, operations[k].second, precision);
    }
    /// Return the older setting; nothing if it has its default, or if only the newer settings were used, for which
    /// torch raises an error.
    static std::optional<const char*> older_setting() {
        try {
            switch (at::globalContext().float32MatmulPrecision()) {
                case Float32MatmulPrecision::HIGH:
                    return "high";
                case Float32MatmulPrecision::MEDIUM:
                    return "medium";
                case Float32MatmulPrecision::HIGHEST:
                    break;
            }
        } catch (const c10::Error&) {
        }
        return std::nullopt;
    }

    std::array<Float32Precision, operations.size()> before_{};
    std::optional<const char*> older_;
};

/// Float32 as the default type of floating-point numbers, on which TorchScript's constructors depend.
class Float32Default {
  public:
    Float32Default() : before_(c10::get_default_dtype()) { set(caffe2::TypeMeta::Make<float>()); }
    ~Float32Default() { set(before_); }
    Float32Default(const Float32Default&) = delete;
    Float32Default& operator=(const Float32Default&) = delete;

  private:
    static void set(caffe2::TypeMeta dtype) {
        if (c10::get_default_dtype() != dtype) c10::set_default_dtype(dtype);
    }

    caffe2::TypeMeta before_;
};

/// The modes that belong to the whole process: the first thread that computes sets them, the last one restores them.
class ProcessModes {
  public:
    /// Set the modes, if no other thread has.
    /// @returns function that ends this thread's use of them
    static std::function<void()> set() {
        const std::lock_guard<std::mutex> lock(mutex);
        if (users++ == 0) modes.emplace();
        return [] {
            const std::lock_guard<std::mutex> again(mutex);
            if (--users == 0) modes.reset();
        };
    }

  private:
    struct Modes {
        FullPrecision precision;
        Float32Default dtype;
    };

    inline static std::mutex mutex;
    inline static int users = 0;
    inline static std::optional<Modes> modes;
};

const pid_t loaded_in = getpid();

/// Set torch to one thread in a forked process. Each thread of the child must do so, since torch keeps a number of
/// threads for each; the thread that forked inherits the parent's.
void use_one_thread_after_a_fork() {
    thread_local pid_t known = loaded_in;
    const pid_t here = getpid();
    if (known != here) at::set_num_threads(1);
    known = here;
}

}  // namespace

struct DefaultTorchModes::Implementation {
    c10::InferenceMode no_inference{false};  // also turns gradients on
    c10::impl::ExcludeDispatchKeyGuard no_autocast{c10::autocast_dispatch_keyset};
    ProcessClaim of_process{ProcessModes::set()};
};

DefaultTorchModes::DefaultTorchModes() : implementation_(std::make_unique<Implementation>()) {
    use_one_thread_after_a_fork();
}
DefaultTorchModes::~DefaultTorchModes() = default;

}  // namespace tumble
