#include "tumble/ipi/sole_driver.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

#include "tumble/base/clock.h"
#include "tumble/base/error.h"

namespace tumble {

namespace {

constexpr double patience = 3.0;  // s; a driver takes up to one to end
constexpr int pause_milliseconds = 50;

/// Bind an abstract name (unix(7)): not a file, and one socket at a time can have it. Return whether it was free.
bool bind_name(int descriptor, const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::size_t count = std::min(name.size(), sizeof(address.sun_path) - 1);
    std::copy_n(name.begin(), count, address.sun_path + 1);
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + count);
    if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), length) == 0) return true;
    if (errno == EADDRINUSE) return false;
    throw ConnectionError(message("can't reserve the server at `", name, "` (", std::strerror(errno), ")"));
}

}  // namespace

SoleDriver::SoleDriver(const Address& address, const IdleCallback& idle)
    : descriptor_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const double deadline = now() + patience;
    while (!bind_name(descriptor_.get(), address.text())) {
        if (now() > deadline) {
            throw ConfigurationError(message(
                "`shm`: expected a server without another driver, got `", address.text(),
                "`, which has one; i-PI may give two drivers the same memory, so use one, with <batch_size> in its "
                "`ffsocket`, or mode=\"unix\" and `unix`"));
        }
        ::poll(nullptr, 0, pause_milliseconds);
        idle();
    }
}

}  // namespace tumble
