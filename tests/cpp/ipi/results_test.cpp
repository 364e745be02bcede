#include "tumble/ipi/results.h"

#include "check.h"

using namespace tumble;

namespace {

// CODATA 2022, as in scipy.constants
constexpr double hartree = 27.211386245981, bohr = 0.529177210544;

void units_and_conventions() {
    Evaluation result;
    result.energies = {2 * hartree};
    result.bare_energies = {0.1};
    result.forces = {{hartree / bohr, 0, 0}};
    result.virials = {Matrix3{}};
    result.virials[0][0][1] = 3 * hartree;
    result.torques = {{0.25, 0, -1e-300}};
    result.bare_torques = {{0, 0, 0}};
    const IpiResults sent = to_ipi(result);
    CHECK_NEAR(sent.energies[0], 2.0, 1e-14);
    CHECK_NEAR(sent.forces[0][0], 1.0, 1e-14);
    CHECK_NEAR(sent.virials[0][1][0], 3.0, 1e-14);  // transposed
    CHECK(sent.virials[0][0][1] == 0.0);
    CHECK(sent.extras[0] == "{\"torque\": [0.25, 0, -1e-300], \"bare_energy\": 0.1, \"bare_torque\": [0, 0, 0]}");
}

}  // namespace

int main() {
    units_and_conventions();
    return check::failures();
}
