#pragma once
/// Ctrl-C during work of the core that can't check for signals itself.

#include <pybind11/pybind11.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <future>
#include <thread>
#include <utility>

#include "tumble/base/process_claim.h"

namespace tumble::bindings {

/// Do work in a thread of its own, while this thread handles signals of Python; called with the interpreter's lock.
///
/// Nothing can stop a program in a model file that never ends. After an interruption its thread is abandoned and goes
/// on. The process gets its torch modes and number of threads back, and at its end destroys nothing that the thread
/// may use.
///
/// @param work function that owns the data it needs, and returns a result that can be moved
/// @throws py::error_already_set after an interruption, or any exception of the work
template <typename Work>
auto interruptible(Work work) {
    namespace py = pybind11;
    const py::gil_scoped_release unlock;
    std::packaged_task<decltype(work())()> task(std::move(work));
    auto result = task.get_future();
    const Abandonable computing;
    std::thread thread([task = std::move(task), computing]() mutable {
        computing.begin();
        task();
    });
    while (result.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready) {
        const py::gil_scoped_acquire lock;
        if (PyErr_CheckSignals() == 0) continue;
        thread.detach();
        computing.give_up();
#ifdef __GLIBC__
        on_exit([](int status, void*) { _exit(status); }, nullptr);
#endif
        throw py::error_already_set();
    }
    thread.join();
    return result.get();
}

}  // namespace tumble::bindings
