#pragma once
/// One connection to an i-PI server: its place in the protocol, its structures and its answers.
///
/// It handles one request at a time and never waits for the next, so that one loop can serve many connections. i-PI
/// sends a message in one piece, so within a message the connection does wait for bytes.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "tumble/graph/structure.h"
#include "tumble/ipi/payload.h"
#include "tumble/ipi/protocol.h"
#include "tumble/ipi/socket.h"

namespace tumble {

class Connection {
  public:
    enum class State {
        /// It waits for a request.
        idle,
        /// It has structures. The header that follows them is still to be read.
        received,
        /// It has structures and the request that followed them, so the server sends nothing until it has the results.
        waiting,
        /// It has ended, by EXIT or by `end`.
        ended,
    };

    /// @param connected descriptor, see `Socket`
    /// @param payload what carries the numbers
    /// @param blank structure with the species and the periodic directions of all structures
    /// @param asks_for_beads whether the driver asks for the index of the bead with each message. i-PI sends it if INIT
    ///        is requested again, as i-PI's own Fortran driver does
    Connection(Descriptor connected, const IdleCallback& idle, std::unique_ptr<Payload> payload, const Structure& blank,
               bool asks_for_beads);

    State state() const { return state_; }
    /// Time at which the connection came into its state, of `now()`.
    double since() const { return since_; }
    /// Time at which the last request was read; 0 if the server hasn't accepted the connection yet.
    double heard() const { return heard_; }
    /// Whether it has structures that aren't evaluated yet.
    bool has_structures() const { return state_ == State::received || state_ == State::waiting; }

    /// The structures of the last message, without the copies with which a server fills a batch.
    const std::vector<Structure>& structures() const { return structures_; }
    /// Index of the first of them, and of those that follow by one more each.
    std::int64_t bead() const { return bead_; }
    /// Number of structures for which the server has places in a message; 0 before the first.
    std::size_t places() const { return structures_.empty() ? 0 : batch_; }
    /// Whether the server requested the forces in the message with the structures.
    bool consolidated() const { return pending_ == ipi::Request::getforce; }

    /// Read one request, and handle it unless structures must be evaluated before. To be called when bytes can be read.
    /// @throws ConnectionError if the connection is lost
    /// @throws ProtocolError if the server breaks the protocol or has another number of atoms
    void handle_request();

    /// Take the results for the structures, and answer the request that followed them.
    /// @param results of these structures, from place `first` on, and maybe of others
    /// @throws ConnectionError, ProtocolError
    void answer(const IpiResults& results, std::size_t first);

    /// End the connection, see `Socket::end`.
    void end();
    int descriptor() const { return socket_.descriptor(); }

  private:
    void enter(State state);
    void handle(ipi::Request request);
    ipi::Request receive_header();
    void receive_parameters();
    void receive_structures();
    void send(const ipi::Header& header) { socket_.send(header.data(), header.size()); }
    void send_forces();

    Socket socket_;
    const std::unique_ptr<Payload> payload_;
    const Structure blank_;
    const bool asks_for_beads_;
    State state_ = State::idle;
    double since_;
    double heard_ = 0.0;
    bool initialized_ = false;
    std::size_t batch_ = 1;
    std::int64_t bead_ = 0;
    std::vector<Structure> structures_;
    /// Request that followed the structures.
    std::optional<ipi::Request> pending_;
    bool has_result_ = false;
    std::vector<char> answer_;
};

}  // namespace tumble
