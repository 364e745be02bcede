#pragma once
/// Loops on torch's threads.

#include <cstdint>
#include <functional>

namespace tumble {

/// Call `work` for pieces of 0 to `count` on torch's threads, where there are several of about `grain` or more.
void in_parallel(int64_t count, int64_t grain, const std::function<void(int64_t begin, int64_t end)>& work);

}  // namespace tumble
