#pragma once
/// Unit quaternions as rotations.

#include <array>
#include <cmath>

#include "tumble/base/linalg.h"

namespace tumble {

/// Unit quaternion w + xi + yj + zk. It turns a vector by v' = q v q*.
using Quaternion = std::array<double, 4>;

inline Quaternion conjugate(const Quaternion& q) { return {q[0], -q[1], -q[2], -q[3]}; }

inline double dot(const Quaternion& p, const Quaternion& q) {
    return p[0] * q[0] + p[1] * q[1] + p[2] * q[2] + p[3] * q[3];
}

inline Quaternion normalized(Quaternion q) {
    const double norm = std::sqrt(dot(q, q));
    for (double& component : q) component /= norm;
    return q;
}

/// Return the product p q: the rotation q, followed by p.
inline Quaternion product(const Quaternion& p, const Quaternion& q) {
    return {
        p[0] * q[0] - p[1] * q[1] - p[2] * q[2] - p[3] * q[3], p[0] * q[1] + p[1] * q[0] + p[2] * q[3] - p[3] * q[2],
        p[0] * q[2] - p[1] * q[3] + p[2] * q[0] + p[3] * q[1], p[0] * q[3] + p[1] * q[2] - p[2] * q[1] + p[3] * q[0]};
}

/// Return the matrix of v' = q v q*.
inline Matrix3 rotation_matrix(const Quaternion& q) {
    const auto [w, x, y, z] = q;
    return {{{1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)},
             {2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)},
             {2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)}}};
}

}  // namespace tumble
