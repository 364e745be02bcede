#include "tumble/base/linalg.h"

#include <numbers>

#include "check.h"
#include "tumble/frames/quaternion.h"

using namespace tumble;

namespace {

void products_of_vectors() {
    const Vector3 a{1.0, 2.0, 3.0}, b{-2.0, 0.5, 4.0};
    CHECK((cross({1, 0, 0}, {0, 1, 0}) == Vector3{0, 0, 1}));
    CHECK(dot(a, b) == 11.0);
    CHECK(dot(cross(a, b), a) == 0.0);
    CHECK(dot(cross(a, b), b) == 0.0);
    // Lagrange: |a × b|² = |a|² |b|² − (a · b)²
    CHECK_NEAR(dot(cross(a, b), cross(a, b)), dot(a, a) * dot(b, b) - dot(a, b) * dot(a, b), 1e-12);
    CHECK_NEAR(norm({3e200, 0, 4e200}) / 5e200, 1.0, 1e-15);
}

void matrices() {
    const Matrix3 m{{{2, 1, 0}, {0, 3, 1}, {1, 0, 4}}};
    CHECK(determinant(m) == 25.0);  // by hand
    CHECK(determinant(m) == dot(m[0], cross(m[1], m[2])));
    CHECK(product(m, identity) == m);
    CHECK(determinant(product(m, m)) == 625.0);
}

void quaternions() {
    const double half = std::numbers::pi / 4;
    const Quaternion quarter_about_z{std::cos(half), 0, 0, std::sin(half)};
    const Matrix3 expected{{{0, -1, 0}, {1, 0, 0}, {0, 0, 1}}}, got = rotation_matrix(quarter_about_z);
    for (int a = 0; a < 3; ++a) {
        for (int b = 0; b < 3; ++b) CHECK_NEAR(got[a][b], expected[a][b], 1e-15);
    }
    const Quaternion p = normalized({1, 2, 3, 4}), q = normalized({-2, 1, 0.5, 3});
    const Matrix3 composed = rotation_matrix(product(p, q)), both = product(rotation_matrix(p), rotation_matrix(q));
    for (int a = 0; a < 3; ++a) {
        for (int b = 0; b < 3; ++b) CHECK_NEAR(composed[a][b], both[a][b], 1e-15);
    }
    const Quaternion one = product(p, conjugate(p));
    CHECK_NEAR(one[0], 1.0, 1e-15);
    CHECK_NEAR(one[1], 0.0, 1e-15);
}

}  // namespace

int main() {
    products_of_vectors();
    matrices();
    quaternions();
    return check::failures();
}
