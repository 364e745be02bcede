#include "tumble/ipi/connection_pool.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "tumble/base/clock.h"
#include "tumble/base/error.h"

namespace tumble {

namespace {

constexpr double longest_wait = 0.2;   // s, without a call to the idle callback
constexpr double first_pause = 0.01;   // s, after the first failure to open another connection
constexpr double longest_pause = 0.5;  // s, to which the pauses grow

timespec to_timespec(double seconds) {
    const auto whole = static_cast<std::time_t>(seconds);
    return {whole, static_cast<long>(1e9 * (seconds - static_cast<double>(whole)))};
}

}  // namespace

ConnectionPool::ConnectionPool(const Address& address, std::size_t count, double patience, const IdleCallback& idle,
                               const Structure& blank, bool asks_for_beads)
    : address_(address), idle_(idle), blank_(blank), asks_for_beads_(asks_for_beads), missing_(count) {
    open(patience);
}

ConnectionPool::~ConnectionPool() {
    // all before the first is destroyed, so that the server may close them at the same time
    for (const auto& connection : connections_) connection->end();
}

void ConnectionPool::open(double patience) {
    connections_.push_back(std::make_unique<Connection>(address_, patience, idle_, blank_, asks_for_beads_));
    --missing_;
}

void ConnectionPool::open_another() {
    try {
        open(0.0);
        pause_ = 0.0;
    } catch (const ConnectionError&) {  // the server has no room now, or is about to end
        pause_ = std::clamp(2.0 * pause_, first_pause, longest_pause);
    }
    next_attempt_ = now() + pause_;
}

void ConnectionPool::handle_requests(double seconds) {
    if (missing_ > 0 && now() >= next_attempt_) open_another();
    if (missing_ > 0) seconds = std::min(seconds, next_attempt_ - now());
    for (Connection* connection : wait(std::clamp(seconds, 0.0, longest_wait))) {
        keep_or_end(*connection, [connection] { connection->handle_request(); });
    }
}

void ConnectionPool::answer(Connection& connection, const IpiResults& results, std::size_t first) {
    if (connection.state() == Connection::State::ended) return;  // while the model ran
    keep_or_end(connection, [&] { connection.answer(results, first); });
}

bool ConnectionPool::is_open() const {
    return std::any_of(connections_.begin(), connections_.end(),
                       [](const auto& connection) { return connection->state() != Connection::State::ended; });
}

/// Return the connections of which something can be read, a request or the end of the stream.
std::vector<Connection*> ConnectionPool::wait(double seconds) {
    std::vector<Connection*> watched, readable;
    std::vector<pollfd> polled;
    for (const auto& connection : connections_) {
        const Connection::State state = connection->state();
        if (state != Connection::State::idle && state != Connection::State::received) continue;
        polled.push_back({connection->descriptor(), POLLIN, 0});
        watched.push_back(connection.get());
    }
    const timespec timeout = to_timespec(seconds);
    const int found = ::ppoll(polled.data(), polled.size(), &timeout, nullptr);
    const bool interrupted = found < 0 && errno == EINTR;
    for (std::size_t c = 0; found > 0 && c < polled.size(); ++c) {
        if (polled[c].revents != 0) readable.push_back(watched[c]);
    }
    if (interrupted || now() >= last_idle_ + longest_wait) {
        idle_();
        last_idle_ = now();
    }
    return readable;
}

template <typename Action>
void ConnectionPool::keep_or_end(Connection& connection, Action&& action) {
    bool exited = true;
    std::string reason = "the server sent EXIT";
    try {
        action();
        if (connection.state() != Connection::State::ended) return;
    } catch (const ConnectionError& error) {
        exited = false;
        reason = error.what();
        connection.end();
    }
    if (connection.heard() > 0.0 || reason_.empty()) {
        exited_ = exited;
        reason_ = reason;
    }
}

}  // namespace tumble
