#pragma once
/// All connections of a driver to its server: they are opened, polled, and replaced if they are lost.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tumble/ipi/attempt.h"
#include "tumble/ipi/connection.h"

namespace tumble {

class ConnectionPool {
  public:
    /// Open the first connection. The others are opened while requests are handled: i-PI waits for the answers of
    /// connections that it has accepted before it accepts the next, and has room for a few (`slots`) that it hasn't.
    ///
    /// @param count number of connections
    /// @param patience seconds to wait for the server
    /// @param blank, asks_for_beads see `Connection`
    /// @param lost function that is called with the reason when the server closes one of several connections without
    ///        EXIT, as after its time-out; another is then opened in its place
    /// @throws ConnectionError if no server can be reached
    ConnectionPool(const Address& address, std::size_t count, double patience, const IdleCallback& idle,
                   const Structure& blank, bool asks_for_beads, std::function<void(const std::string&)> lost);
    ~ConnectionPool();
    ConnectionPool(const ConnectionPool&) = delete;
    ConnectionPool& operator=(const ConnectionPool&) = delete;

    /// Wait for requests, and handle one of each connection that has one. Lost connections of earlier calls disappear.
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
    void open(Descriptor connected);
    void open_another();
    void forget_lost();
    std::vector<Connection*> wait(double seconds);
    template <typename Action>
    void keep_or_end(Connection& connection, Action&& action);

    const Address address_;
    const IdleCallback idle_;
    const Structure blank_;
    const bool asks_for_beads_;
    const std::function<void(const std::string&)> lost_;
    std::size_t missing_;  // connections that are still to be opened
    std::optional<Peer> peer_;
    std::optional<Attempt> attempt_;  // to open the next
    double pause_ = 0.0;              // s, between attempts
    double next_attempt_ = 0.0;
    double last_idle_ = 0.0;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::vector<const Connection*> to_forget_;
    bool exited_ = false;
    std::string reason_;
};

}  // namespace tumble
