#pragma once
/// Ownership of descriptors of sockets, and waiting for their events.

#include <utility>

namespace tumble {

/// Owner of a descriptor, which it closes; -1 stands for none.
class Descriptor {
  public:
    explicit Descriptor(int descriptor = -1) : descriptor_(descriptor) {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }

    int get() const { return descriptor_; }

  private:
    int descriptor_;
};

/// Wait for events of a descriptor; return false if the time is over or a signal arrived.
/// @param events as for poll(2)
bool poll_once(int descriptor, short events, int milliseconds);

/// Return the error with which connecting ended, 0 if it succeeded; to be called when the descriptor can be written.
int connect_error(int descriptor);

}  // namespace tumble
