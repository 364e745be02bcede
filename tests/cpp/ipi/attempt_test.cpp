#include "tumble/ipi/attempt.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

#include "check.h"
#include "tumble/ipi/address.h"

using namespace tumble;

namespace {

/// A server on this machine that accepts nobody unless it is asked to.
struct Server {
    Descriptor listening{::socket(AF_INET, SOCK_STREAM, 0)};
    int port = 0;

    explicit Server(int room) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof(address);
        CHECK(::bind(listening.get(), reinterpret_cast<const sockaddr*>(&address), length) == 0);
        CHECK(::listen(listening.get(), room) == 0);
        ::getsockname(listening.get(), reinterpret_cast<sockaddr*>(&address), &length);
        port = ntohs(address.sin_port);
    }
    Descriptor accept() const { return Descriptor(::accept(listening.get(), nullptr, nullptr)); }
    Descriptor connected() const {
        return connect(Address::tcp("127.0.0.1", port), 10.0, [] {});
    }
};

void server_with_room() {
    const Server server(5);
    const Descriptor first = server.connected();
    Attempt attempt{Peer(first.get())};
    CHECK(poll_once(attempt.descriptor(), POLLOUT, 10000));
    CHECK(attempt.state() == Attempt::State::connected);
    const Descriptor second = attempt.release();
    const Descriptor ends[] = {server.accept(), server.accept()};
    CHECK(::write(second.get(), "x", 1) == 1);
    char byte = 0;
    CHECK(::read(ends[1].get(), &byte, 1) == 1 && byte == 'x');
}

/// Its queue has one place (Linux adds one to `room`), and drops further requests: an attempt waits, without blocking.
void server_without_room() {
    const Server server(0);
    const Descriptor first = server.connected();
    Attempt attempt{Peer(first.get())};
    CHECK(attempt.state() == Attempt::State::pending);
    const Descriptor end = server.accept();
    CHECK(poll_once(attempt.descriptor(), POLLOUT, 30000));  // the system repeats its request after a second
    CHECK(attempt.state() == Attempt::State::connected);
}

void server_that_is_gone() {
    Server server(5);
    const Descriptor first = server.connected();
    const Peer peer(first.get());
    server.listening = Descriptor();
    Attempt attempt(peer);
    if (attempt.state() == Attempt::State::pending) poll_once(attempt.descriptor(), POLLOUT, 10000);
    CHECK(attempt.state() == Attempt::State::failed);
}

}  // namespace

int main() {
    server_with_room();
    server_without_room();
    server_that_is_gone();
    return check::failures();
}
