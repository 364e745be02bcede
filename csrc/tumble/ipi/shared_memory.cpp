#include "tumble/ipi/shared_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "tumble/base/error.h"
#include "tumble/ipi/protocol.h"

namespace tumble {

namespace {

constexpr std::int32_t longest_name = 255;

/// What a server without shared memory sends reads as an impossible number here.
const std::string mode_hint =
    "; is mode=\"shm\" in the server's `ffsocket`? For mode=\"unix\" start the driver with `unix` in place of `shm`";

std::string receive_name(Socket& socket) {
    const std::int32_t length = receive_integer(socket);
    if (length < 1 || length > longest_name) {
        throw ProtocolError(
            message("expected names of shared memory of 1 to ", longest_name, " bytes, got ", length, mode_hint));
    }
    std::string name(static_cast<std::size_t>(length), ' ');
    socket.receive(name.data(), name.size());
    if (std::any_of(name.begin(), name.end(), [](char c) { return c <= ' ' || c > '~' || c == '/'; })) {
        throw ProtocolError("expected the name of a segment of shared memory, got other bytes" + mode_hint);
    }
    return name;
}

}  // namespace

SharedSegment::SharedSegment(const std::string& name, std::size_t count) : bytes_(sizeof(double) * count) {
    const int descriptor = ::shm_open(("/" + name).c_str(), O_RDWR | O_CLOEXEC, 0);
    if (descriptor < 0) {
        throw ProtocolError(message("can't open the server's shared memory `", name, "` (", std::strerror(errno),
                                    "); server and driver must run on one machine, as one user"));
    }
    struct stat status{};
    const bool known = ::fstat(descriptor, &status) == 0;
    const bool fits = known && status.st_size >= static_cast<off_t>(bytes_);
    void* data = fits ? ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0) : MAP_FAILED;
    const int error = errno;
    ::close(descriptor);
    if (known && !fits) {
        throw ProtocolError(message("shared memory `", name, "`: expected ", bytes_, " bytes, got ", status.st_size));
    }
    if (data == MAP_FAILED) {
        throw ProtocolError(message("can't map the server's shared memory `", name, "` (", std::strerror(error), ")"));
    }
    data_ = static_cast<double*>(data);
}

SharedSegment::~SharedSegment() {
    if (data_ != nullptr) ::munmap(data_, bytes_);
}

SharedSegment::SharedSegment(SharedSegment&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(other.bytes_) {}

SharedSegment& SharedSegment::operator=(SharedSegment&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
}

void SharedPayload::receive(Socket& socket, std::size_t batch, const Structure& blank,
                            std::vector<Structure>& structures) {
    receive_atom_count(socket, blank.size(), mode_hint);
    const std::size_t atoms = blank.positions.size();
    if (batch_ == 0) attach(socket, batch, atoms);
    if (batch != batch_) {
        throw ProtocolError(message("`batch_size`: expected ", batch_, " as before, got ", batch));
    }
    structures.resize(batch, blank);
    for (std::size_t s = 0; s < batch; ++s) {
        std::array<double, 9> h;
        std::copy_n(cells_.data() + 9 * s, h.size(), h.begin());
        structures[s].cell = ipi::to_cell(h);
        std::memcpy(structures[s].positions.data(), positions_.data() + 3 * atoms * s, sizeof(Vector3) * atoms);
        ipi::to_angstrom(structures[s].positions);
    }
}

void SharedPayload::attach(Socket& socket, std::size_t batch, std::size_t atoms) {
    std::array<std::string, 6> names;
    for (std::string& name : names) name = receive_name(socket);
    positions_ = SharedSegment(names[0], 3 * atoms * batch);
    cells_ = SharedSegment(names[1], 9 * batch);  // the inverses, the third, aren't needed
    energies_ = SharedSegment(names[3], batch);
    forces_ = SharedSegment(names[4], 3 * atoms * batch);
    virials_ = SharedSegment(names[5], 9 * batch);
    batch_ = batch;
}

void SharedPayload::encode(const IpiResults& results, std::size_t first, std::size_t count, std::size_t batch,
                           std::vector<char>& answer) {
    const std::size_t atoms = results.forces.size() / results.energies.size();
    for (std::size_t s = 0; s < batch; ++s) {
        const std::size_t place = ipi::place_of(s, first, count);
        energies_.data()[s] = results.energies[place];
        std::memcpy(forces_.data() + 3 * atoms * s, &results.forces[place * atoms], sizeof(Vector3) * atoms);
        std::memcpy(virials_.data() + 9 * s, &results.virials[place], sizeof(Matrix3));
    }
    ipi::encode_extras(results, first, count, batch, answer);
}

}  // namespace tumble
