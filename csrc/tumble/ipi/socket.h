#pragma once
/// Byte streams to a server: Unix domain sockets and TCP. Receives exactly what is asked for and sends all of it,
/// however the system cuts the stream into pieces, and never blocks for long without calling back.

#include <cstddef>
#include <functional>
#include <string>

namespace tumble {

/// Called at least every 0.2 s while something is waited for; it may throw to give up.
using IdleCallback = std::function<void()>;

/// Where a server listens.
class Address {
  public:
    /// A Unix domain socket, named as i-PI does: NAME stands for `/tmp/ipi_NAME`, an absolute path for itself.
    /// @throws ConfigurationError if the name is empty or too long for the system
    static Address unix_domain(const std::string& name);

    /// @param host name, IPv4 or IPv6 address
    /// @throws ConfigurationError for an empty host or a port that isn't 1 to 65535
    static Address tcp(const std::string& host, int port);

    /// How a user would write it: a path, or `host:port`.
    std::string text() const;

  private:
    friend class Socket;
    Address() = default;
    /// Connected, non-blocking descriptor, or -1 with `errno` set.
    int connect_unix(const IdleCallback& idle, double deadline) const;
    int connect_tcp(const IdleCallback& idle, double deadline) const;

    std::string path_;
    std::string host_;
    int port_ = 0;
};

/// A connection. Closing it is orderly: the peer sees the end of the stream, and what it sent meanwhile is read and
/// dropped. A socket closed over unread bytes would reset the connection, which i-PI 3.3 takes as a crash of its own.
class Socket {
  public:
    /// Connects, and tries again while nobody listens.
    ///
    /// @param patience seconds to keep trying
    /// @throws ConfigurationError if a path is no socket
    /// @throws ConnectionError that names address, time and cause
    Socket(const Address& address, double patience, IdleCallback idle);
    ~Socket();
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    /// Reads exactly this many bytes.
    /// @throws ConnectionError if the peer is gone
    void receive(void* data, std::size_t bytes);

    /// Writes all bytes.
    /// @throws ConnectionError if the peer is gone
    void send(const void* data, std::size_t bytes);

    /// Whether something can be read, the end of the stream included, within this time.
    bool readable(int milliseconds);

  private:
    void wait(short events);

    int descriptor_ = -1;
    IdleCallback idle_;
};

}  // namespace tumble
