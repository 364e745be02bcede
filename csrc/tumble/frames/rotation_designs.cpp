#include "tumble/frames/rotation_designs.h"

#include <cmath>

namespace tumble {

namespace {

/// Return whether two quaternions are the same rotation apart from rounding. Rotations in an orbit differ by far more.
bool same(const Quaternion& p, const Quaternion& q) { return std::abs(dot(p, q)) > 1 - 1e-10; }

/// Return the orbit of a seed under the group; the seed comes first.
std::vector<Quaternion> orbit(const std::vector<TwoSidedRotation>& generators, const Quaternion& seed) {
    std::vector<Quaternion> elements{normalized(seed)};
    for (std::size_t k = 0; k < elements.size(); ++k) {
        for (const auto& [left, right] : generators) {
            const Quaternion next = normalized(product(product(left, elements[k]), conjugate(right)));
            bool known = false;
            for (const auto& element : elements) known = known || same(element, next);
            if (!known) elements.push_back(next);
        }
    }
    return elements;
}

Frames expand(const RotationDesign& design) {
    Frames set;
    double total = 0;
    for (const auto& [seed, weight] : design.orbits) total += weight;
    for (const auto& [seed, weight] : design.orbits) {
        const auto elements = orbit(design.generators, seed);
        for (const auto& element : elements) {
            set.rotations.push_back(rotation_matrix(element));
            set.weights.push_back(weight / total / static_cast<double>(elements.size()));
        }
    }
    return set;
}

}  // namespace

int highest_design_degree() { return rotation_designs().back().degree; }

Frames rotation_design(int degree) {
    auto design = rotation_designs().begin();
    while (design->degree < degree) ++design;
    return expand(*design);
}

}  // namespace tumble
