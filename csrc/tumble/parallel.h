#pragma once
/// How many threads compute.

#include <cstdint>
#include <functional>

#include "process_claim.h"

namespace tumble {

/// Call `work` for pieces of 0 to `count` on torch's threads, where there are several of about `grain` or more.
void in_parallel(int64_t count, int64_t grain, const std::function<void(int64_t begin, int64_t end)>& work);

/// Of torch's threads, those that have something to do in an evaluation.
///
/// @param bytes that the model keeps for its derivative, a measure of its work
int threads_for(int64_t bytes);

/// As long as it lives, torch has `threads_for` this work alone: a molecule on two threads takes longer than on one.
/// Torch's number of threads belongs partly to a thread and partly to the process (MKL's, and that of threads that are
/// new to torch), so the limits of threads that compute at once are counted, and the last one puts back the latter.
class ThreadLimit {
  public:
    explicit ThreadLimit(int64_t bytes);

  private:
    ProcessClaim claim_;
};

}  // namespace tumble
