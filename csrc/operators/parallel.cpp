#include "operators/parallel.h"

#include <ATen/ATen.h>
#include <ATen/TensorIterator.h>

namespace tumble {

// Uses an iterator, since at::parallel_for is header code, with which this library would need an OpenMP of its own in
// addition to those of torch and of the host.
void in_parallel(int64_t count, int64_t grain, const std::function<void(int64_t begin, int64_t end)>& work) {
    if (count <= grain) {
        if (count > 0) work(0, count);
        return;
    }
    at::Tensor places = at::empty({count}, at::kByte);  // only its addresses are used; nothing is written
    const char* origin = static_cast<const char*>(places.mutable_data_ptr());
    at::TensorIterator::nullary_op(places).for_each(
        [&](char** data, const int64_t*, int64_t length, int64_t) {  // the second dimension has length 1
            const int64_t begin = data[0] - origin;
            work(begin, begin + length);
        },
        grain);
}

}  // namespace tumble
