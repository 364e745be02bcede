#include "tumble/ipi/address.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "tumble/base/clock.h"
#include "tumble/base/error.h"

namespace tumble {

namespace {

constexpr int slice_milliseconds = 200;  // longest wait without a call to the idle callback
constexpr double first_pause = 0.02;     // s; first pause between attempts to connect
constexpr double longest_pause = 0.5;    // s; to which the pauses grow

/// Return a new, connected, non-blocking descriptor; none with `errno` set if connecting fails.
Descriptor connect_one(int family, const sockaddr* address, socklen_t length, const IdleCallback& idle,
                       double deadline) {
    int error = 0;
    {
        Descriptor descriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (descriptor.get() < 0 || ::connect(descriptor.get(), address, length) != 0) error = errno;
        if (error == EINPROGRESS || error == EINTR) {
            error = ETIMEDOUT;
            do {
                if (poll_once(descriptor.get(), POLLOUT, slice_milliseconds)) {
                    error = connect_error(descriptor.get());
                    break;
                }
                idle();
            } while (now() < deadline);
        }
        if (error == 0) return descriptor;
    }
    errno = error;  // close() may have changed it
    return Descriptor();
}

/// Return whether a failure to connect may disappear when the server starts.
bool may_pass(int error) {
    return error == ENOENT || error == ECONNREFUSED || error == EAGAIN || error == ETIMEDOUT || error == EHOSTUNREACH ||
           error == ENETUNREACH || error == ECONNRESET || error == ECONNABORTED;
}

/// Return the usual cure of a failure to connect to a Unix domain socket.
std::string unix_hint(int error) {
    if (error == ENOENT) return "; start i-PI, and compare the `address` of its `ffsocket` with this name";
    if (error == ECONNREFUSED) {
        return "; the socket exists but nobody listens: a server that was killed leaves it behind, and i-PI starts "
               "only when it is removed";
    }
    if (error == EACCES) return "; is the server another user's?";
    return "";
}

/// Return the usual cure of a failure to connect to a host.
std::string tcp_hint(int error, const std::string& host) {
    if (error == ENETUNREACH || error == EHOSTUNREACH || error == ETIMEDOUT) {
        return "; compare the `address` of i-PI's `ffsocket` with this host, and look for a firewall between";
    }
    if (error != ECONNREFUSED) return "";
    std::string text = "; start i-PI, and compare the `port` of its `ffsocket` with this one";
    if (host == "localhost" || host == "::1" || host.rfind("127.", 0) == 0) return text;
    return text + ", and its `address`: where that is localhost, drivers on other machines are refused";
}

/// Return the kind of a path that exists but isn't a socket; empty for a socket and for a path that doesn't exist
/// (yet).
std::string other_kind(const std::string& path) {
    struct stat status;
    if (::stat(path.c_str(), &status) != 0 || S_ISSOCK(status.st_mode)) return "";
    return S_ISDIR(status.st_mode) ? "a folder" : S_ISREG(status.st_mode) ? "a file" : "something else";
}

}  // namespace

Address Address::unix_domain(const std::string& name) {
    Address address;
    address.path_ = !name.empty() && name[0] == '/' ? name : "/tmp/ipi_" + name;
    if (name.empty()) throw ConfigurationError("`unix`: expected the name of a socket, got an empty one");
    if (address.path_.size() >= sizeof(sockaddr_un::sun_path)) {
        throw ConfigurationError(message("`unix`: expected a path of at most ", sizeof(sockaddr_un::sun_path) - 1,
                                         " bytes, got ", address.path_.size(), " in `", address.path_, "`"));
    }
    return address;
}

Address Address::shared_memory(const std::string& name) {
    Address address = unix_domain(name);
    address.shares_memory_ = true;
    return address;
}

Address Address::tcp(const std::string& host, int port) {
    if (host.empty()) throw ConfigurationError("`host`: expected a name or an address, got an empty one");
    if (port < 1 || port > 65535) throw ConfigurationError(message("`port`: expected 1 to 65535, got ", port));
    Address address;
    address.host_ = host;
    address.port_ = port;
    return address;
}

std::string Address::text() const {
    if (!path_.empty()) return path_;
    const bool ipv6 = host_.find(':') != std::string::npos;
    return message(ipv6 ? "[" : "", host_, ipv6 ? "]:" : ":", port_);
}

Descriptor Address::connect_unix(const IdleCallback& idle, double deadline) const {
    if (const std::string kind = other_kind(path_); !kind.empty()) {
        throw ConfigurationError(
            message("`unix`: expected a socket, got ", kind, ", `", path_,
                    "`; the name is the `address` of i-PI's `ffsocket`, or the whole path of its socket"));
    }
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path_.begin(), path_.end(), address.sun_path);
    return connect_one(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof(address), idle, deadline);
}

Descriptor Address::connect_tcp(const IdleCallback& idle, double deadline) const {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int status = ::getaddrinfo(host_.c_str(), std::to_string(port_).c_str(), &hints, &found);
    if (status == EAI_AGAIN) {
        errno = EAGAIN;
        return Descriptor();
    }
    if (status != 0) {
        throw ConnectionError(message("`host`: can't look up `", host_, "` (", ::gai_strerror(status), ")"));
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
    int error = 0;  // error of the address that is most likely to answer later
    for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
        Descriptor descriptor = connect_one(entry->ai_family, entry->ai_addr, entry->ai_addrlen, idle, deadline);
        if (descriptor.get() >= 0) return descriptor;
        if (error == 0 || may_pass(errno)) error = errno;
    }
    errno = error;
    return Descriptor();
}

Descriptor connect(const Address& address, double patience, const IdleCallback& idle) {
    const bool unix_domain = !address.path_.empty();
    const double deadline = now() + patience;
    for (double pause = first_pause;; pause = std::min(1.5 * pause, longest_pause)) {
        Descriptor descriptor =
            unix_domain ? address.connect_unix(idle, deadline) : address.connect_tcp(idle, deadline);
        if (descriptor.get() >= 0) return descriptor;
        const int error = errno;
        const double left = deadline - now();
        if (!may_pass(error) || left <= 0.0) {
            throw ConnectionError(message(
                "can't connect to `", address.text(), "`", may_pass(error) ? message(" within ", patience, " s") : "",
                " (", std::strerror(error), ")", unix_domain ? unix_hint(error) : tcp_hint(error, address.host_)));
        }
        for (double end = now() + std::min(pause, left); now() < end;) {
            ::poll(nullptr, 0, std::clamp(static_cast<int>(1000.0 * (end - now())), 1, slice_milliseconds));
            idle();
        }
    }
}

}  // namespace tumble
