#include "ipi_protocol.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <sstream>
#include <utility>

#include "error.h"
#include "units.h"

namespace tumble::ipi {

namespace {

constexpr Header forceready{'F', 'O', 'R', 'C', 'E', 'R', 'E', 'A', 'D', 'Y', ' ', ' '};

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(' ');
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

template <typename T>
void append(std::vector<char>& bytes, const T& value) {
    const auto* data = reinterpret_cast<const char*>(&value);
    bytes.insert(bytes.end(), data, data + sizeof(T));
}

/// The shortest text that reads back as the same number, in any locale.
std::string number(double value) {
    std::array<char, 32> text;
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

std::string extras(const Vector3& torque) {
    return message("{\"torque\": [", number(torque[0]), ", ", number(torque[1]), ", ", number(torque[2]), "]}");
}

}  // namespace

Request parse_request(const Header& header) {
    constexpr std::array<std::pair<const char*, Request>, 5> known{{{"STATUS", Request::status},
                                                                    {"INIT", Request::init},
                                                                    {"POSDATA", Request::posdata},
                                                                    {"GETFORCE", Request::getforce},
                                                                    {"EXIT", Request::exit}}};
    const std::string text = trimmed({header.begin(), header.end()});
    for (const auto& [name, request] : known) {
        if (text == name) return request;
    }
    std::string printable = text;
    std::replace_if(printable.begin(), printable.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    throw ProtocolError(message("expected a message of i-PI's protocol, got `", printable, "`; is the server i-PI?"));
}

void check_parameters(const std::string& text) {
    std::istringstream stream(text);
    for (std::string item; std::getline(stream, item, ',');) {
        const auto colon = item.find(':');
        if (colon == std::string::npos || trimmed(item.substr(0, colon)) != "batch_size") continue;
        const std::string value = trimmed(item.substr(colon + 1));
        if (value != "1") {
            throw ProtocolError(
                message("`batch_size`: expected 1, got ", value, "; remove `batch_size` from the server's `ffsocket`"));
        }
    }
}

Matrix3 to_cell(const std::array<double, 9>& h) {
    if (std::fpclassify(h[0]) == FP_SUBNORMAL) {  // two small integers: an atom count and the length of a name
        throw ProtocolError(
            "expected a cell, got names of shared memory; set mode=\"unix\" in the server's `ffsocket`");
    }
    Matrix3 cell;
    for (int a = 0; a < 3; ++a) {
        for (int b = 0; b < 3; ++b) {
            const double value = h[3 * a + b];
            if (!std::isfinite(value)) throw ProtocolError(message("cell: expected finite numbers, got ", value));
            cell[b][a] = value * units::bohr_in_angstrom;
        }
    }
    return cell;
}

void to_angstrom(std::vector<Vector3>& positions) {
    for (auto& position : positions) {
        for (double& x : position) x *= units::bohr_in_angstrom;
    }
}

void encode_forces(const Evaluation& result, std::vector<char>& answer) {
    constexpr double energy_unit = 1.0 / units::hartree_in_ev;
    constexpr double force_unit = units::bohr_in_angstrom / units::hartree_in_ev;
    answer.assign(forceready.begin(), forceready.end());
    append(answer, result.energies[0] * energy_unit);
    append(answer, static_cast<std::int32_t>(result.forces.size()));
    for (const auto& force : result.forces) {
        append(answer, Vector3{force[0] * force_unit, force[1] * force_unit, force[2] * force_unit});
    }
    for (int a = 0; a < 3; ++a) {
        for (int b = 0; b < 3; ++b) append(answer, result.virials[0][b][a] * energy_unit);
    }
    const std::string text = extras(result.torques[0]);
    append(answer, static_cast<std::int32_t>(text.size()));
    answer.insert(answer.end(), text.begin(), text.end());
}

}  // namespace tumble::ipi
