#include "tumble/ipi/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "tumble/base/clock.h"
#include "tumble/base/error.h"

namespace tumble {

namespace {

constexpr int slice_milliseconds = 200;     // longest wait without a call to the idle callback
constexpr int hang_up_milliseconds = 1000;  // longest wait for the peer to close its side

/// Read and drop some bytes; return false at the end of the stream or after an error.
bool drop_some(int descriptor) {
    char dropped[4096];
    const ssize_t count = ::recv(descriptor, dropped, sizeof(dropped), 0);
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

}  // namespace

Socket::Socket(Descriptor connected, IdleCallback idle) : descriptor_(std::move(connected)), idle_(std::move(idle)) {
    const int on = 1;
    // Nagle's algorithm would delay each of the small messages; keepalive detects a machine that has gone down. Sockets
    // other than TCP refuse the first, which doesn't matter.
    ::setsockopt(descriptor_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    ::setsockopt(descriptor_.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}

void Socket::end() {
    if (hang_up_) return;
    ::shutdown(descriptor_.get(), SHUT_WR);
    hang_up_ = now() + 1e-3 * hang_up_milliseconds;
}

Socket::~Socket() {
    end();
    for (double left; (left = 1000.0 * (*hang_up_ - now())) > 0.0;) {
        if (poll_once(descriptor_.get(), POLLIN, static_cast<int>(left) + 1) && !drop_some(descriptor_.get())) break;
    }
    // From here on a peer on this machine can't send, so no bytes arrive between the last one read and the end.
    ::shutdown(descriptor_.get(), SHUT_RD);
    while (poll_once(descriptor_.get(), POLLIN, 0) && drop_some(descriptor_.get())) {
    }
}

void Socket::wait(short events) {
    while (!poll_once(descriptor_.get(), events, slice_milliseconds)) idle_();
}

void Socket::receive(void* data, std::size_t bytes) {
    auto* position = static_cast<char*>(data);
    while (bytes > 0) {
        const ssize_t count = ::recv(descriptor_.get(), position, bytes, 0);
        if (count > 0) {
            position += count;
            bytes -= static_cast<std::size_t>(count);
        } else if (count == 0) {
            throw ConnectionError("the server closed the connection");
        } else if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
            wait(POLLIN);
        } else {
            throw ConnectionError(message("the server is gone (", std::strerror(errno), ")"));
        }
    }
}

void Socket::send(const void* data, std::size_t bytes) {
    const auto* position = static_cast<const char*>(data);
    while (bytes > 0) {
        const ssize_t count = ::send(descriptor_.get(), position, bytes, MSG_NOSIGNAL);
        if (count >= 0) {
            position += count;
            bytes -= static_cast<std::size_t>(count);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
            wait(POLLOUT);
        } else {
            throw ConnectionError(message("the server is gone (", std::strerror(errno), ")"));
        }
    }
}

}  // namespace tumble
