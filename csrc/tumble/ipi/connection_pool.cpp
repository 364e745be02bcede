#include "tumble/ipi/connection_pool.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <utility>

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
                               const Structure& blank, bool asks_for_beads,
                               std::function<void(const std::string&)> lost)
    : address_(address),
      idle_(idle),
      blank_(blank),
      asks_for_beads_(asks_for_beads),
      lost_(std::move(lost)),
      missing_(count) {
    Descriptor first = connect(address, patience, idle);
    peer_.emplace(first.get());
    open(std::move(first));
}

ConnectionPool::~ConnectionPool() {
    // all before the first is destroyed, so that the server may close them at the same time
    for (const auto& connection : connections_) connection->end();
}

void ConnectionPool::open(Descriptor connected) {
    connections_.push_back(
        std::make_unique<Connection>(std::move(connected), idle_, payload_of(address_), blank_, asks_for_beads_));
    --missing_;
}

/// Begin to connect, or look at what has become of it.
void ConnectionPool::open_another() {
    if (!attempt_) attempt_.emplace(*peer_);
    const Attempt::State state = attempt_->state();
    if (state == Attempt::State::pending) return;
    if (state == Attempt::State::connected) {
        open(attempt_->release());
        pause_ = 0.0;
    } else {  // the server has no room now, or is about to end
        pause_ = std::clamp(2.0 * pause_, first_pause, longest_pause);
    }
    attempt_.reset();
    next_attempt_ = now() + pause_;
}

void ConnectionPool::forget_lost() {
    const auto is_lost = [this](const auto& connection) {
        return std::find(to_forget_.begin(), to_forget_.end(), connection.get()) != to_forget_.end();
    };
    connections_.erase(std::remove_if(connections_.begin(), connections_.end(), is_lost), connections_.end());
    to_forget_.clear();
}

void ConnectionPool::handle_requests(double seconds) {
    forget_lost();
    if (missing_ > 0 && now() >= next_attempt_) open_another();
    if (missing_ > 0 && !attempt_) seconds = std::min(seconds, next_attempt_ - now());
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
    if (attempt_) polled.push_back({attempt_->descriptor(), POLLOUT, 0});
    const timespec timeout = to_timespec(seconds);
    const int found = ::ppoll(polled.data(), polled.size(), &timeout, nullptr);
    const bool interrupted = found < 0 && errno == EINTR;
    for (std::size_t c = 0; found > 0 && c < watched.size(); ++c) {
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
    const bool accepted = connection.heard() > 0.0;
    if (accepted || reason_.empty()) {
        exited_ = exited;
        reason_ = reason;
    }
    if (accepted && !exited && is_open()) {
        ++missing_;
        to_forget_.push_back(&connection);
        next_attempt_ = now() + longest_pause;  // not at once, in case the server closes it again
        lost_(reason);
    }
}

}  // namespace tumble
