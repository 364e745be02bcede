#include "tumble/ipi/descriptor.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tumble {

Descriptor::~Descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

bool poll_once(int descriptor, short events, int milliseconds) {
    pollfd entry{descriptor, events, 0};
    return ::poll(&entry, 1, milliseconds) > 0;
}

int connect_error(int descriptor) {
    int error = 0;
    socklen_t size = sizeof(error);
    ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
}

}  // namespace tumble
