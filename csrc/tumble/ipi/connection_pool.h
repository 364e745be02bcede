#pragma once
/// All connections of a driver to its server: they are opened, polled, and given up one by one if the server closes
/// them.

#include <memory>
#include <string>
#include <vector>

#include "tumble/ipi/connection.h"

namespace tumble {

class ConnectionPool {
  public:
    /// Open the first connection. The others are opened while requests are handled: i-PI waits for the answers of
    /// connections that it has accepted before it accepts the next, and has room for a few that it hasn't.
    ///
    /// @param count number of connections
    /// @param patience seconds to wait for the server
    /// @param blank, asks_for_beads see `Connection`
    /// @throws ConnectionError if no server can be reached
    ConnectionPool(const Address& address, std::size_t count, double patience, const IdleCallback& idle,
                   const Structure& blank, bool asks_for_beads);
    ~ConnectionPool();
    ConnectionPool(const ConnectionPool&) = delete;
    ConnectionPool& operator=(const ConnectionPool&) = delete;

    /// Wait for requests, and handle one of each connection that has one.
    ///
    /// @param seconds longest wait
    /// @throws ProtocolError
    void handle_requests(double seconds);

    /// Give a connection its results, see `Connection::answer`, if it hasn't ended in the meantime.
    /// @throws ProtocolError
    void answer(Connection& connection, const IpiResults& results, std::size_t first);

    const std::vector<std::unique_ptr<Connection>>& connections() const { return connections_; }

    /// Whether a connection is left.
    bool is_open() const;
    /// Whether the server sent EXIT; otherwise it closed the last connection, or is gone. Connections that it had never
    /// accepted don't count.
    bool exited() const { return exited_; }
    /// Human-readable reason why the last connection ended.
    const std::string& reason() const { return reason_; }

  private:
    void open(double patience);
    void open_another();
    std::vector<Connection*> wait(double seconds);
    template <typename Action>
    void keep_or_end(Connection& connection, Action&& action);

    const Address address_;
    const IdleCallback idle_;
    const Structure blank_;
    const bool asks_for_beads_;
    std::size_t missing_;  // connections that are still to be opened
    double pause_ = 0.0;   // s, between attempts
    double next_attempt_ = 0.0;
    double last_idle_ = 0.0;
    std::vector<std::unique_ptr<Connection>> connections_;
    bool exited_ = false;
    std::string reason_;
};

}  // namespace tumble
