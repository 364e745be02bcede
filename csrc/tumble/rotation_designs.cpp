#include "rotation_designs.h"

#include <cmath>
#include <numbers>

#include "error.h"
#include "random_frames.h"

namespace tumble {

namespace {
bool same(const Matrix3& a, const Matrix3& b) {
    for (int i = 0; i < 3; ++i) {
        for (int j = 0; j < 3; ++j) {
            if (std::abs(a[i][j] - b[i][j]) > 1e-9) return false;
        }
    }
    return true;
}

Frames close(const std::vector<std::array<double, 4>>& generators) {
    Frames all = lab_frame();
    for (std::size_t n = 0; n < all.size(); ++n) {
        for (const auto& g : generators) {
            const Matrix3 next = product(all.rotations[n], rotation_matrix(g));
            bool known = false;
            for (const auto& r : all.rotations) known = known || same(r, next);
            if (!known) all.rotations.push_back(next);
        }
    }
    all.weights.assign(all.size(), 1.0 / static_cast<double>(all.size()));
    return all;
}
}  // namespace

Frames rotation_group(RotationGroup group) {
    const double s = std::sqrt(0.5), phi = std::numbers::phi;
    switch (group) {
        case RotationGroup::tetrahedral:
            return close({{0.5, 0.5, 0.5, 0.5}, {0, 1, 0, 0}});
        case RotationGroup::octahedral:
            return close({{0.5, 0.5, 0.5, 0.5}, {s, s, 0, 0}});
        default:
            return close({{0.5, 0.5, 0.5, 0.5}, {0.5 * phi, 0.5, 0.5 / phi, 0}});
    }
}

Frames rotation_design(int degree) {
    if (degree <= 2) return rotation_group(RotationGroup::tetrahedral);
    if (degree == 3) return rotation_group(RotationGroup::octahedral);
    if (degree <= 5) return rotation_group(RotationGroup::icosahedral);
    throw ConfigurationError("degree: not yet");
}

}  // namespace tumble
