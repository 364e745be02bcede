#include "tumble/base/threads.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <mutex>
#include <thread>
#include <utility>

namespace tumble {
namespace {

constexpr int64_t bytes_per_thread = 150'000;  // 21 edges of the shipped model; benchmarks/waiting.py

/// Return how many threads, at most `most`, have enough work.
int threads_for(int64_t bytes, int most) {
    return static_cast<int>(std::clamp<int64_t>(bytes / bytes_per_thread, 1, most));
}

std::mutex mutex;
int limits = 0;  // number of limits in force, in all threads
int whole = 0;   // number of threads before the first of these limits
int latest = 0;  // number of threads that was set last, which is MKL's

void set_threads_to(int threads) {
    if (threads != at::get_num_threads() || threads != latest) at::set_num_threads(threads);
    latest = threads;
}

/// Return this thread's number of threads without the limits of other threads, with which a thread new to torch begins.
int threads_of_this_thread() {
    thread_local bool known = false;
    const bool is_new = !std::exchange(known, true);
    return is_new && limits > 0 ? whole : at::get_num_threads();
}

/// Begin a limit.
/// @returns function that ends the limit
std::function<void()> limit_threads(int64_t bytes) {
    const std::lock_guard<std::mutex> lock(mutex);
    const int before = threads_of_this_thread();
    if (limits++ == 0) latest = whole = before;
    set_threads_to(threads_for(bytes, before));
    return [before, thread = std::this_thread::get_id()] {
        const std::lock_guard<std::mutex> again(mutex);
        const int own = thread == std::this_thread::get_id() ? before : threads_of_this_thread();
        if (--limits == 0 && latest != whole) set_threads_to(whole);
        set_threads_to(own);
    };
}

}  // namespace

void set_threads(int threads) { at::set_num_threads(threads); }

int threads() { return at::get_num_threads(); }

int threads_for(int64_t bytes) { return threads_for(bytes, threads()); }

ThreadLimit::ThreadLimit(int64_t bytes) : claim_(limit_threads(bytes)) {}

}  // namespace tumble
