#pragma once
/// Byte streams to a server: Unix domain sockets and TCP. They receive exactly the requested number of bytes and send
/// all bytes, however the system divides the stream, and never block for long without calling back.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

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
    friend class Socket;
    Address() = default;
    /// Return a connected, non-blocking descriptor, or -1 with `errno` set.
    int connect_unix(const IdleCallback& idle, double deadline) const;
    int connect_tcp(const IdleCallback& idle, double deadline) const;

    std::string path_;
    bool shares_memory_ = false;
    std::string host_;
    int port_ = 0;
};

/// A connection that is closed in an orderly way: the peer sees the end of the stream, and bytes that it has sent are
/// read and dropped. Closing a socket with unread bytes would reset the connection, which ends a thread of i-PI 3.3.
class Socket {
  public:
    /// Connect; try again while nobody listens.
    ///
    /// @param patience seconds to keep trying
    /// @throws ConfigurationError if the path isn't a socket
    /// @throws ConnectionError if nobody answers; the message gives address, time and cause
    Socket(const Address& address, double patience, IdleCallback idle);
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
    int descriptor() const { return descriptor_; }

  private:
    void wait(short events);

    int descriptor_ = -1;
    std::optional<double> hang_up_;  // time until which the peer may close its side
    IdleCallback idle_;
};

}  // namespace tumble
