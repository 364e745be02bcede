#pragma once
/// Another connection to a server that is connected already, made without waiting: over TCP a server whose queue is
/// full doesn't answer for a second or more, and the other connections must go on.

#include <sys/socket.h>

#include "tumble/ipi/descriptor.h"

namespace tumble {

/// The address at the other end of a connection: one of those that the name of a host may have.
class Peer {
  public:
    /// @param connected descriptor of a connection
    explicit Peer(int connected);

  private:
    friend class Attempt;
    sockaddr_storage address_{};
    socklen_t length_ = sizeof(address_);
};

class Attempt {
  public:
    enum class State { pending, connected, failed };

    explicit Attempt(const Peer& peer);

    /// Return the state now.
    State state();
    /// For `poll`: can be written as soon as the attempt has succeeded or failed.
    int descriptor() const { return descriptor_.get(); }
    /// Give up the descriptor of a connection that was made.
    Descriptor release() { return std::move(descriptor_); }

  private:
    Descriptor descriptor_;
    State state_ = State::failed;
};

}  // namespace tumble
