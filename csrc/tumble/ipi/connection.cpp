#include "tumble/ipi/connection.h"

#include <string>
#include <utility>

#include "tumble/base/clock.h"
#include "tumble/base/error.h"

namespace tumble {

namespace {

constexpr std::int32_t longest_parameters = 1 << 20;

/// Return whether all data that i-PI sends are equal.
bool same(const Structure& a, const Structure& b) { return a.positions == b.positions && a.cell == b.cell; }

}  // namespace

Connection::Connection(Descriptor connected, const IdleCallback& idle, std::unique_ptr<Payload> payload,
                       const Structure& blank, bool asks_for_beads)
    : socket_(std::move(connected), idle),
      payload_(std::move(payload)),
      blank_(blank),
      asks_for_beads_(asks_for_beads),
      since_(now()) {}

void Connection::enter(State state) {
    state_ = state;
    since_ = now();
}

void Connection::handle_request() {
    const ipi::Request request = receive_header();
    if (state_ == State::received && request != ipi::Request::exit) {
        pending_ = request;
        enter(State::waiting);
    } else {
        handle(request);
    }
}

void Connection::answer(const IpiResults& results, std::size_t first) {
    payload_->encode(results, first, structures_.size(), batch_, answer_);
    has_result_ = true;
    enter(State::idle);
    if (pending_) handle(*std::exchange(pending_, std::nullopt));
}

void Connection::end() {
    socket_.end();
    enter(State::ended);
}

void Connection::handle(ipi::Request request) {
    switch (request) {
        case ipi::Request::status:
            send(!initialized_ ? ipi::needinit : has_result_ ? ipi::havedata : ipi::ready);
            break;
        case ipi::Request::init:
            receive_parameters();
            break;
        case ipi::Request::posdata:
            receive_structures();
            enter(State::received);
            break;
        case ipi::Request::getforce:
            send_forces();
            break;
        case ipi::Request::exit:
            end();
            break;
    }
}

ipi::Request Connection::receive_header() {
    ipi::Header header;
    socket_.receive(header.data(), header.size());
    heard_ = now();
    return ipi::parse_request(header);
}

void Connection::receive_parameters() {
    bead_ = receive_integer(socket_);
    const std::int32_t length = receive_integer(socket_);
    if (length < 0 || length > longest_parameters) {
        throw ProtocolError(message("INIT: expected parameters of 0 to ", longest_parameters, " bytes, got ", length));
    }
    std::string parameters(static_cast<std::size_t>(length), ' ');
    socket_.receive(parameters.data(), parameters.size());
    batch_ = ipi::batch_size(parameters);
    initialized_ = true;
}

void Connection::receive_structures() {
    has_result_ = false;
    payload_->receive(socket_, batch_, blank_, structures_);
    // the server fills an incomplete batch with copies of the last structure
    while (structures_.size() > 1 && same(structures_.back(), structures_[structures_.size() - 2])) {
        structures_.pop_back();
    }
}

void Connection::send_forces() {
    if (!has_result_) throw ProtocolError("expected POSDATA before GETFORCE, got GETFORCE alone");
    has_result_ = false;
    if (asks_for_beads_) initialized_ = false;
    socket_.send(answer_.data(), answer_.size());
}

}  // namespace tumble
