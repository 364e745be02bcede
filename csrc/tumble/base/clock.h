#pragma once
/// Time for durations and deadlines.

#include <chrono>

namespace tumble {

/// Return seconds since an arbitrary time; changes of the system's clock don't matter.
inline double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace tumble
