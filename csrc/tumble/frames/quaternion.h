#pragma once
/// Unit quaternions as rotations.

#include "tumble/graph/structure.h"

namespace tumble {

/// w + xi + yj + zk, of norm 1. It turns a vector by v' = q v q*.
using Quaternion = std::array<double, 4>;

/// v' = q v q* as a matrix.
inline Matrix3 rotation_matrix(const Quaternion& q) {
    const auto [w, x, y, z] = q;
    return {{{1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)},
             {2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)},
             {2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)}}};
}

}  // namespace tumble
