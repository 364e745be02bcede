#include "tumble/frames/rotation_groups.h"

#include <algorithm>
#include <cmath>

namespace tumble {

namespace {

const double golden = (1 + std::sqrt(5.0)) / 2;

constexpr Matrix3 twofold_z{{{-1, 0, 0}, {0, -1, 0}, {0, 0, 1}}};
constexpr Matrix3 threefold_xyz{{{0, 0, 1}, {1, 0, 0}, {0, 1, 0}}};
constexpr Matrix3 fourfold_z{{{0, -1, 0}, {1, 0, 0}, {0, 0, 1}}};
/// Rotation by 72° about the axis (1, golden, 0).
const Matrix3 fivefold{
    {{0.5, (golden - 1) / 2, golden / 2}, {(golden - 1) / 2, golden / 2, -0.5}, {-golden / 2, 0.5, (golden - 1) / 2}}};

struct RotationGroup {
    std::string name;
    std::vector<Matrix3> generators;
};

const std::vector<RotationGroup> groups = {{"tetrahedral", {twofold_z, threefold_xyz}},
                                           {"octahedral", {fourfold_z, threefold_xyz}},
                                           {"icosahedral", {fivefold, twofold_z, threefold_xyz}}};

/// Return the exact value nearest to an entry of a product, so that errors don't add up: only a few numbers occur.
double exact_entry(double entry) {
    const double size = std::abs(entry);
    double nearest = 0;
    for (const double value : {0.5, 1.0, golden / 2, (golden - 1) / 2}) {
        if (std::abs(size - value) < std::abs(size - nearest)) nearest = value;
    }
    return nearest == 0 ? 0.0 : std::copysign(nearest, entry);
}

Matrix3 exact_product(const Matrix3& a, const Matrix3& b) {
    Matrix3 c = product(a, b);
    for (Vector3& row : c) {
        for (double& entry : row) entry = exact_entry(entry);
    }
    return c;
}

/// Return all products of the generators: each element is multiplied by each generator until no new element appears.
Frames closure(const std::vector<Matrix3>& generators) {
    std::vector<Matrix3> elements{identity};
    for (std::size_t k = 0; k < elements.size(); ++k) {
        for (const auto& generator : generators) {
            const Matrix3 next = exact_product(generator, elements[k]);
            if (std::find(elements.begin(), elements.end(), next) == elements.end()) elements.push_back(next);
        }
    }
    const double weight = 1.0 / static_cast<double>(elements.size());
    return {elements, std::vector(elements.size(), weight), 0};
}

}  // namespace

const std::vector<std::string>& rotation_group_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const auto& [name, generators] : groups) all.push_back(name);
        return all;
    }();
    return names;
}

std::optional<Frames> rotation_group(const std::string& name) {
    for (const auto& [known, generators] : groups) {
        if (name == known) return closure(generators);
    }
    return std::nullopt;
}

}  // namespace tumble
