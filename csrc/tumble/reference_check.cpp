#include "reference_check.h"

#include <algorithm>
#include <cmath>

#include "error.h"
#include "potential.h"

namespace tumble {

namespace {

void compare(const std::string& quantity, const std::string& structure, double expected, double got, double tolerance,
             const std::string& unit) {
    if (std::abs(expected - got) <= tolerance) return;
    throw ReferenceMismatch(
        message("reference structure `", structure, "`: expected ", quantity, " ", expected, " ", unit, ", got ", got,
                " (tolerance ", tolerance,
                "); the file was altered, or torch or the device computes otherwise than where it was exported"));
}

}  // namespace

Tolerance reference_tolerance(const std::string& dtype, const std::string& device) {
    const bool gpu = device != "cpu";
    if (dtype == "float64") return gpu ? Tolerance{1e-9, 1e-8} : Tolerance{1e-10, 1e-9};
    return gpu ? Tolerance{5e-5, 2e-3} : Tolerance{1e-5, 5e-4};
}

void check_references(const Potential& potential) {
    const Metadata& metadata = potential.metadata();
    const Tolerance tolerance = reference_tolerance(metadata.dtype, potential.device());
    Evaluation result;
    for (const auto& reference : metadata.references) {
        potential.evaluate(build_graph({reference.structure}, metadata.cutoff), result);
        const auto atoms = static_cast<double>(std::max<std::int64_t>(reference.structure.size(), 1));
        compare("energy", reference.name, reference.energy, result.energies[0], tolerance.energy * atoms, "eV");
        double scale = 1.0;
        for (const auto& force : reference.forces) {
            for (const double f : force) scale = std::max(scale, std::abs(f));
        }
        for (std::size_t n = 0; n < reference.forces.size(); ++n) {
            for (int a = 0; a < 3; ++a) {
                compare("force", reference.name, reference.forces[n][a], result.forces[n][a], tolerance.force * scale,
                        "eV/Å");
            }
        }
        for (int a = 0; a < 3; ++a) {
            for (int b = 0; b < 3; ++b) {
                compare("virial", reference.name, reference.virial[a][b], result.virials[0][a][b],
                        tolerance.force * scale * atoms, "eV");
            }
        }
    }
}

}  // namespace tumble
