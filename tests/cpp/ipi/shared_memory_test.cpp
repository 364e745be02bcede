#include "tumble/ipi/shared_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "check.h"
#include "tumble/base/error.h"

using namespace tumble;

namespace {

const std::string name = "tumble-unit-test-" + std::to_string(::getpid());

/// A segment of two numbers, which disappears with this object.
struct Made {
    double* data;

    Made() {
        const Descriptor descriptor(::shm_open(("/" + name).c_str(), O_RDWR | O_CREAT | O_EXCL, 0600));
        CHECK(::ftruncate(descriptor.get(), 2 * sizeof(double)) == 0);
        data = static_cast<double*>(
            ::mmap(nullptr, 2 * sizeof(double), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor.get(), 0));
    }
    ~Made() {
        ::munmap(data, 2 * sizeof(double));
        ::shm_unlink(("/" + name).c_str());
    }
};

void both_sides_see_the_same_numbers() {
    const Made made;
    SharedSegment first(name, 2), segment;
    segment = std::move(first);
    CHECK(first.data() == nullptr);
    made.data[1] = 3.5;
    CHECK(segment.data()[1] == 3.5);
    segment.data()[0] = -1.0;
    CHECK(made.data[0] == -1.0);
}

void impossible_segments() {
    CHECK_THROWS(ProtocolError, "can't open the server's shared memory `nowhere`", SharedSegment("nowhere", 1));
    const Made made;
    CHECK_THROWS(ProtocolError, "expected 24 bytes, got 16", SharedSegment(name, 3));
}

}  // namespace

int main() {
    both_sides_see_the_same_numbers();
    impossible_segments();
    return check::failures();
}
