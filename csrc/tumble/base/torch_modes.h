#pragma once
/// Torch's modes, which a caller may have set for work of its own and which would change what a model computes.

#include <memory>

namespace tumble {

/// While it lives, this thread computes as torch does by default: with gradients and without inference mode, autocast,
/// reduced precision of float32 products (TF32, bfloat16) or another default dtype. Afterwards the caller's modes are
/// back. Precision and default dtype belong to the whole process; they are touched only where they differ, and are back
/// when no thread computes any more, one that was given up (`process_claim.h`) not counted.
///
/// In a process that was forked after this library was loaded, the first one in each thread also sets torch to one
/// thread, which stays: OpenMP would wait for the threads of the parent, which the child doesn't have.
class DefaultTorchModes {
  public:
    DefaultTorchModes();
    ~DefaultTorchModes();
    DefaultTorchModes(const DefaultTorchModes&) = delete;
    DefaultTorchModes& operator=(const DefaultTorchModes&) = delete;

  private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace tumble
