#pragma once
/// The number of threads of torch.

#include <cstdint>

#include "tumble/base/process_claim.h"

namespace tumble {

/// Set the number of threads that torch uses inside an operation, for the whole process.
void set_threads(int threads);
/// Return that number.
int threads();

/// Return how many of torch's threads have enough work in an evaluation.
///
/// @param bytes memory that the model keeps for its derivative, a measure of the work
int threads_for(int64_t bytes);

/// Limits torch to `threads_for` this work during its lifetime: a molecule on two threads takes longer than on one.
///
/// One number of threads belongs to each thread, and another one to the process: MKL's, which is also the number of
/// threads that torch hasn't seen before. So limits of threads that compute at the same time are counted, and the last
/// one restores the number of the process.
class ThreadLimit {
  public:
    explicit ThreadLimit(int64_t bytes);

  private:
    ProcessClaim claim_;
};

}  // namespace tumble
