#pragma once
/// How many threads compute.

#include <cstdint>

#include "tumble/base/process_claim.h"

namespace tumble {

/// Number of threads that torch uses inside an operation, for the whole process.
void set_threads(int threads);
int threads();

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
