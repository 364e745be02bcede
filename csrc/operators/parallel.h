#pragma once
/// Loops on torch's threads.

#include <cstdint>
#include <functional>

namespace tumble {

/// Divide the range 0 to `count` into pieces of about `grain` or more, and call `work` for each on torch's threads.
void in_parallel(int64_t count, int64_t grain, const std::function<void(int64_t begin, int64_t end)>& work);

}  // namespace tumble
