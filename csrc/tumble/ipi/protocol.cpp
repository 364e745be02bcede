#include "tumble/ipi/protocol.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "tumble/base/error.h"
#include "tumble/base/units.h"

namespace tumble::ipi {

namespace {

constexpr int largest_batch = 10000;
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

void append_extras(const IpiResults& results, std::size_t first, std::size_t count, std::size_t batch,
                   std::vector<char>& answer) {
    for (std::size_t s = 0; s < batch; ++s) {
        const std::string& text = results.extras[place_of(s, first, count)];
        append(answer, static_cast<std::int32_t>(text.size()));
        answer.insert(answer.end(), text.begin(), text.end());
    }
}

/// Return whether the bytes of a cell are the name of a segment of shared memory, which another mode of i-PI's
/// `ffsocket` sends.
bool names_shared_memory(const std::array<double, 9>& h) {
    constexpr std::string_view name = "ipi_shm_";
    const auto* bytes = reinterpret_cast<const char*>(h.data());
    return std::string_view(bytes, sizeof(h)).find(name) != std::string_view::npos;
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

int batch_size(const std::string& text) {
    std::istringstream stream(text);
    int size = 1;
    for (std::string item; std::getline(stream, item, ',');) {
        const auto colon = item.find(':');
        if (colon == std::string::npos || trimmed(item.substr(0, colon)) != "batch_size") continue;
        const std::string value = trimmed(item.substr(colon + 1));
        const auto [rest, status] = std::from_chars(value.data(), value.data() + value.size(), size);
        if (status != std::errc() || *rest != '\0' || size < 1 || size > largest_batch) {
            throw ProtocolError(message("`batch_size`: expected 1 to ", largest_batch, ", got ", value));
        }
    }
    return size;
}

Matrix3 to_cell(const std::array<double, 9>& h) {
    if (names_shared_memory(h)) {
        throw ProtocolError(
            "expected a cell, got names of shared memory; the server's `ffsocket` has mode=\"shm\": start the driver "
            "with `shm` in place of `unix`, or set mode=\"unix\"");
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

void encode_forces(const IpiResults& results, std::size_t first, std::size_t count, std::size_t batch,
                   std::vector<char>& answer) {
    const std::size_t atoms = results.forces.size() / results.energies.size();
    const auto place = [first, count](std::size_t s) { return place_of(s, first, count); };
    answer.assign(forceready.begin(), forceready.end());
    for (std::size_t s = 0; s < batch; ++s) append(answer, results.energies[place(s)]);
    append(answer, static_cast<std::int32_t>(atoms));
    for (std::size_t s = 0; s < batch; ++s) {
        for (std::size_t n = place(s) * atoms; n < (place(s) + 1) * atoms; ++n) append(answer, results.forces[n]);
    }
    for (std::size_t s = 0; s < batch; ++s) append(answer, results.virials[place(s)]);
    append_extras(results, first, count, batch, answer);
}

void encode_extras(const IpiResults& results, std::size_t first, std::size_t count, std::size_t batch,
                   std::vector<char>& answer) {
    answer.assign(forceready.begin(), forceready.end());
    append_extras(results, first, count, batch, answer);
}

}  // namespace tumble::ipi
