#include "tumble/frames/random_frames.h"

#include <ATen/core/PhiloxRNGEngine.h>

#include <bit>
#include <cmath>
#include <numbers>

#include "tumble/frames/quaternion.h"

namespace tumble {

namespace {

std::uint64_t take_in(std::uint64_t state, std::uint64_t word) {
    at::philox_engine philox(state, word, 0);
    const std::uint64_t low = philox();
    const std::uint64_t high = philox();
    return low | (high << 32);
}

double uniform(std::uint32_t word) { return (static_cast<double>(word) + 0.5) * 0x1p-32; }

}  // namespace

std::vector<Matrix3> random_rotations(std::uint64_t seed, const StreamKey& key, std::size_t count) {
    std::uint64_t state = seed;
    for (const std::uint64_t word : key) state = take_in(state, word);
    std::vector<Matrix3> rotations;
    for (std::size_t n = 0; n < count; ++n) {
        at::philox_engine philox(state, 0, n);
        const double u1 = uniform(philox()), u2 = uniform(philox()), u3 = uniform(philox());
        const double a = std::sqrt(1.0 - u1), b = std::sqrt(u1);
        const double alpha = 2.0 * std::numbers::pi * u2, beta = 2.0 * std::numbers::pi * u3;
        rotations.push_back(
            rotation_matrix({b * std::cos(beta), a * std::sin(alpha), a * std::cos(alpha), b * std::sin(beta)}));
    }
    return rotations;
}

StreamKey geometry_key(const Structure& structure) {
    std::uint64_t state = static_cast<std::uint64_t>(structure.size());
    // + 0.0 turns -0.0 into 0.0
    const auto add = [&state](double value) { state = take_in(state, std::bit_cast<std::uint64_t>(value + 0.0)); };
    for (const Vector3& position : structure.positions) {
        for (const double x : position) add(x);
    }
    for (int axis = 0; axis < 3; ++axis) {
        if (!structure.periodic[axis]) continue;
        for (const double h : structure.cell[axis]) add(h);
    }
    return {state, 0, 0, 0};
}

}  // namespace tumble
