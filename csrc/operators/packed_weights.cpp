#include "operators/packed_weights.h"

#include <ATen/ATen.h>

#include <map>
#include <mutex>
#include <utility>

#include "operators/kernels.h"

namespace tumble {

namespace {

template <typename T>
at::Tensor pack(const at::Tensor& weight, Direction direction) {
    const bool forward = direction == Direction::forward;
    const int64_t in = weight.size(forward ? 1 : 0), out = weight.size(forward ? 0 : 1);
    at::Tensor packed = at::empty({padded_to_panel<T>(out) * in}, weight.options().requires_grad(false));
    kernels<T>().pack(weight.const_data_ptr<T>(), in, out, weight.stride(forward ? 1 : 0),
                      weight.stride(forward ? 0 : 1), packed.mutable_data_ptr<T>());
    return packed;
}

at::Tensor pack(const at::Tensor& weight, Direction direction) {
    return weight.scalar_type() == at::kDouble ? pack<double>(weight, direction) : pack<float>(weight, direction);
}

struct Entry {
    c10::weak_intrusive_ptr<at::TensorImpl> weight;  ///< shows whether another weight has taken its address
    const void* data;
    uint32_t version;
    at::Tensor packed;
};

/// The packed matrices, by weight and direction.
class Memory {
  public:
    at::Tensor get(const at::Tensor& weight, Direction direction) {
        const std::lock_guard<std::mutex> lock(mutex_);
        const Key key{weight.unsafeGetTensorImpl(), direction};
        const auto version = uint32_t(weight._version());
        const auto found = entries_.find(key);
        if (found != entries_.end() && !found->second.weight.expired() && found->second.version == version &&
            found->second.data == weight.const_data_ptr()) {
            return found->second.packed;
        }
        for (auto entry = entries_.begin(); entry != entries_.end();) {
            entry = entry->second.weight.expired() ? entries_.erase(entry) : std::next(entry);
        }
        const at::Tensor packed = pack(weight, direction);
        entries_.insert_or_assign(key, Entry{c10::weak_intrusive_ptr<at::TensorImpl>(weight.getIntrusivePtr()),
                                             weight.const_data_ptr(), version, packed});
        return packed;
    }

  private:
    using Key = std::pair<const at::TensorImpl*, Direction>;
    std::mutex mutex_;
    std::map<Key, Entry> entries_;
};

}  // namespace

template <typename T>
int64_t padded_to_panel(int64_t count) {
    const int64_t panel = kernels<T>().panel;
    return (count + panel - 1) / panel * panel;
}
template int64_t padded_to_panel<float>(int64_t count);
template int64_t padded_to_panel<double>(int64_t count);

at::Tensor packed_weight(const at::Tensor& weight, Direction direction) {
    if (weight.is_inference()) return pack(weight, direction);
    // Never destroyed, since tensors must not be freed after torch's own state.
    static Memory& memory = *new Memory;
    return memory.get(weight, direction);
}

}  // namespace tumble
