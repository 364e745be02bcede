#pragma once
/// Addresses of servers, Unix domain sockets and TCP, and the first connection to a server.

#include <functional>
#include <string>

#include "tumble/ipi/descriptor.h"

namespace tumble {

/// Function called at least every 0.2 s while waiting; it may throw to give up.
using IdleCallback = std::function<void()>;

/// Address at which a server listens.
class Address {
  public:
    /// Return the address of a Unix domain socket. As in i-PI, NAME stands for `/tmp/ipi_NAME`; an absolute path stays.
    /// @throws ConfigurationError if the name is empty or too long for the system
    static Address unix_domain(const std::string& name);

    /// Return the address of a Unix domain socket whose server exchanges numbers by shared memory.
    /// @throws ConfigurationError as `unix_domain`
    static Address shared_memory(const std::string& name);

    /// Return the address of a TCP socket.
    /// @param host name, IPv4 or IPv6 address
    /// @throws ConfigurationError for an empty host or a port that isn't 1 to 65535
    static Address tcp(const std::string& host, int port);

    /// Return the address as users write it: a path, or `host:port`.
    std::string text() const;

    bool shares_memory() const { return shares_memory_; }

  private:
    friend Descriptor connect(const Address& address, double patience, const IdleCallback& idle);
    Address() = default;
    /// Return a connected, non-blocking descriptor, or none with `errno` set.
    Descriptor connect_unix(const IdleCallback& idle, double deadline) const;
    Descriptor connect_tcp(const IdleCallback& idle, double deadline) const;

    std::string path_;
    bool shares_memory_ = false;
    std::string host_;
    int port_ = 0;
};

/// Connect; try again while nobody listens.
///
/// @param patience seconds to keep trying
/// @return a non-blocking descriptor
/// @throws ConfigurationError if the path isn't a socket
/// @throws ConnectionError if nobody answers; the message gives address, time and cause
Descriptor connect(const Address& address, double patience, const IdleCallback& idle);

}  // namespace tumble
