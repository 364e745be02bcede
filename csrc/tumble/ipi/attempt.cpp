#include "tumble/ipi/attempt.h"

#include <poll.h>

#include <cerrno>

namespace tumble {

Peer::Peer(int connected) {
    if (::getpeername(connected, reinterpret_cast<sockaddr*>(&address_), &length_) != 0) length_ = 0;  // closed already
}

Attempt::Attempt(const Peer& peer)
    : descriptor_(::socket(peer.address_.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    if (descriptor_.get() < 0) return;
    if (::connect(descriptor_.get(), reinterpret_cast<const sockaddr*>(&peer.address_), peer.length_) == 0) {
        state_ = State::connected;
    } else if (errno == EINPROGRESS || errno == EINTR) {
        state_ = State::pending;
    }
}

Attempt::State Attempt::state() {
    if (state_ == State::pending && poll_once(descriptor_.get(), POLLOUT, 0)) {
        state_ = connect_error(descriptor_.get()) == 0 ? State::connected : State::failed;
    }
    return state_;
}

}  // namespace tumble
