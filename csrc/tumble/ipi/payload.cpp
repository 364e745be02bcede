#include "tumble/ipi/payload.h"

#include <algorithm>
#include <array>

#include "tumble/base/error.h"
#include "tumble/ipi/protocol.h"
#include "tumble/ipi/shared_memory.h"

namespace tumble {

namespace {

const std::string structure_cure = "; give the driver the structure that i-PI starts from";

Matrix3 receive_cell(Socket& socket) {
    std::array<double, 9> h, inverse;
    socket.receive(h.data(), sizeof(h));
    const Matrix3 cell = ipi::to_cell(h);
    socket.receive(inverse.data(), sizeof(inverse));  // not needed
    return cell;
}

}  // namespace

std::int32_t receive_integer(Socket& socket) {
    std::int32_t value;
    socket.receive(&value, sizeof(value));
    return value;
}

void receive_atom_count(Socket& socket, std::int64_t expected, const std::string& cure) {
    const std::int32_t atoms = receive_integer(socket);
    if (atoms != expected) {
        throw ProtocolError(message("expected ", expected, " atoms as in the driver's structure, got ", atoms,
                                    " from the server", cure));
    }
}

/// Memory grows with the received data, not with the announced number.
void StreamPayload::receive(Socket& socket, std::size_t batch, const Structure& blank,
                            std::vector<Structure>& structures) {
    if (batch > 1) receive_atom_count(socket, blank.size(), structure_cure);
    std::vector<Matrix3> cells;
    while (cells.size() < batch) cells.push_back(receive_cell(socket));
    if (batch == 1) receive_atom_count(socket, blank.size(), structure_cure);
    structures.resize(std::min(structures.size(), batch));
    for (std::size_t s = 0; s < batch; ++s) {
        if (s == structures.size()) structures.push_back(blank);
        structures[s].cell = cells[s];
        std::vector<Vector3>& positions = structures[s].positions;
        socket.receive(positions.data(), sizeof(Vector3) * positions.size());
        ipi::to_angstrom(positions);
    }
}

void StreamPayload::encode(const IpiResults& results, std::size_t first, std::size_t count, std::size_t batch,
                           std::vector<char>& answer) {
    ipi::encode_forces(results, first, count, batch, answer);
}

std::unique_ptr<Payload> payload_of(const Address& address) {
    if (address.shares_memory()) return std::make_unique<SharedPayload>();
    return std::make_unique<StreamPayload>();
}

}  // namespace tumble
