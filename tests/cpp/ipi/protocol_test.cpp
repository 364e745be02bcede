#include "tumble/ipi/protocol.h"

#include <cstring>
#include <limits>

#include "check.h"
#include "tumble/base/error.h"

using namespace tumble;

namespace {

// CODATA 2022, as in scipy.constants
constexpr double hartree = 27.211386245981, bohr = 0.529177210544;

ipi::Header header(const char* text) {
    ipi::Header bytes;
    bytes.fill(' ');
    std::memcpy(bytes.data(), text, std::strlen(text));
    return bytes;
}

template <typename T>
T read(const std::vector<char>& bytes, std::size_t place) {
    T value;
    std::memcpy(&value, bytes.data() + place, sizeof(value));
    return value;
}

void requests() {
    CHECK(ipi::parse_request(header("STATUS")) == ipi::Request::status);
    CHECK(ipi::parse_request(header("GETFORCE")) == ipi::Request::getforce);
    CHECK_THROWS(ProtocolError, "got `HTTP/1.1 40?`", ipi::parse_request(header("HTTP/1.1 40\n")));
}

void parameters() {
    CHECK(ipi::batch_size("") == 1);
    CHECK(ipi::batch_size("name : value , batch_size:4") == 4);
    CHECK_THROWS(ProtocolError, "`batch_size`: expected 1 to", ipi::batch_size("batch_size: 0"));
    CHECK_THROWS(ProtocolError, "got 4x", ipi::batch_size("batch_size:4x"));
}

void cells() {
    const Matrix3 cell = ipi::to_cell({1, 2, 3, 0, 4, 5, 0, 0, 6});  // columns are cell vectors
    CHECK_NEAR(cell[0][0], bohr, 1e-15);
    CHECK_NEAR(cell[1][0], 2 * bohr, 1e-15);
    CHECK_NEAR(cell[2][1], 5 * bohr, 1e-14);
    CHECK(cell[0][1] == 0.0);
    CHECK_THROWS(ProtocolError, "finite", ipi::to_cell({std::numeric_limits<double>::infinity()}));
}

/// The last two of three structures, of one atom, in a batch of three: a copy of the last result stands for the third.
void answers() {
    Evaluation result;
    result.energies = result.bare_energies = {5 * hartree, hartree, 2 * hartree};
    result.forces = {{0, 0, 0}, {hartree / bohr, 0, 0}, {0, 0, 0}};
    result.virials.resize(3);
    result.virials[1][0][2] = hartree;
    result.torques = {{0, 0, 0}, {0.5, 0, 0}, {0, 0, 0}};
    result.bare_torques.resize(3);
    std::vector<char> answer;
    ipi::encode_forces(to_ipi(result), 1, 2, 3, answer);
    CHECK(std::memcmp(answer.data(), "FORCEREADY  ", 12) == 0);
    std::size_t place = 12;
    for (const double energy : {1.0, 2.0, 2.0}) {
        CHECK_NEAR(read<double>(answer, place), energy, 1e-15);
        place += sizeof(double);
    }
    CHECK(read<std::int32_t>(answer, place) == 1);
    place += sizeof(std::int32_t);
    CHECK_NEAR(read<double>(answer, place), 1.0, 1e-14);
    place += 3 * 3 * sizeof(double);
    CHECK_NEAR(read<double>(answer, place + 6 * sizeof(double)), 1.0, 1e-15);  // the transpose of W
    CHECK(read<double>(answer, place + 2 * sizeof(double)) == 0.0);
    place += 3 * 9 * sizeof(double);
    const auto length = static_cast<std::size_t>(read<std::int32_t>(answer, place));
    const std::string extras(answer.data() + place + 4, length);
    CHECK(extras.find("{\"torque\": [0.5, 0, 0], \"bare_energy\": ") == 0);
    CHECK(extras.back() == '}');
}

}  // namespace

int main() {
    requests();
    parameters();
    cells();
    answers();
    return check::failures();
}
