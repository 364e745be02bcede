#include "tumble/ipi/results.h"

#include <array>
#include <charconv>

#include "tumble/base/error.h"
#include "tumble/base/units.h"

namespace tumble {

namespace {

constexpr double energy_unit = 1.0 / units::hartree_in_ev;
constexpr double force_unit = units::bohr_in_angstrom / units::hartree_in_ev;

/// Return the shortest text that reads back as the same number, in any locale.
std::string number(double value) {
    std::array<char, 32> text;
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

std::string vector(const Vector3& v) { return message("[", number(v[0]), ", ", number(v[1]), ", ", number(v[2]), "]"); }

std::string extras(const Evaluation& result, std::size_t structure) {
    return message("{\"torque\": ", vector(result.torques[structure]),
                   ", \"bare_energy\": ", number(result.bare_energies[structure]),
                   ", \"bare_torque\": ", vector(result.bare_torques[structure]), "}");
}

}  // namespace

IpiResults to_ipi(const Evaluation& result) {
    IpiResults converted;
    for (const double energy : result.energies) converted.energies.push_back(energy * energy_unit);
    converted.forces.reserve(result.forces.size());
    for (const Vector3& force : result.forces) {
        converted.forces.push_back({force[0] * force_unit, force[1] * force_unit, force[2] * force_unit});
    }
    for (const Matrix3& virial : result.virials) {
        Matrix3& transposed = converted.virials.emplace_back();
        for (int a = 0; a < 3; ++a) {
            for (int b = 0; b < 3; ++b) transposed[a][b] = virial[b][a] * energy_unit;
        }
    }
    for (std::size_t s = 0; s < result.energies.size(); ++s) converted.extras.push_back(extras(result, s));
    return converted;
}

}  // namespace tumble
