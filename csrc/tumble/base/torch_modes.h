#pragma once
/// Modes of torch that a caller may have set for its own work, and that would change the results of a model.

#include <memory>

namespace tumble {

/// Sets torch's default modes in this thread during its lifetime: gradients on; inference mode, autocast and reduced
/// precision of float32 products (TF32, bfloat16) off; float32 as the default dtype. Then it restores the modes of the
/// caller. Precision and default dtype belong to the whole process. They are set only if they differ, and are restored
/// when no thread computes any more, apart from threads that were given up (`process_claim.h`).
///
/// In a process that was forked after this library was loaded, the first of these objects in each thread also sets
/// torch to one thread, permanently: OpenMP would wait for threads of the parent, which the child doesn't have.
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
