#pragma once
/// Byte streams to a server. They receive exactly the requested number of bytes and send all bytes, however the system
/// divides the stream, and never block for long without calling back.

#include <cstddef>
#include <optional>

#include "tumble/ipi/address.h"
#include "tumble/ipi/descriptor.h"

namespace tumble {

/// A connection that is closed in an orderly way: the peer sees the end of the stream, and bytes that it has sent are
/// read and dropped. Closing a socket with unread bytes would reset the connection, which ends a thread of i-PI 3.3.
class Socket {
  public:
    /// @param connected non-blocking, of `connect` or `Attempt`
    Socket(Descriptor connected, IdleCallback idle);
    ~Socket();
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    /// Read exactly this number of bytes.
    /// @throws ConnectionError if the connection is lost
    void receive(void* data, std::size_t bytes);

    /// Write all bytes.
    /// @throws ConnectionError if the connection is lost
    void send(const void* data, std::size_t bytes);

    /// Announce that nothing more will be sent. The peer then has a second to close its side, after which the
    /// destructor doesn't wait for it any longer. Several sockets that end together need this second only once.
    void end();

    /// For `poll`: bytes, or the end of the stream, can be read.
    int descriptor() const { return descriptor_.get(); }

  private:
    void wait(short events);

    Descriptor descriptor_;
    std::optional<double> hang_up_;  // time until which the peer may close its side
    IdleCallback idle_;
};

}  // namespace tumble
