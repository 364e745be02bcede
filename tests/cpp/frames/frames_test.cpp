#include "tumble/frames/frames.h"

#include <numeric>

#include "check.h"
#include "tumble/base/error.h"
#include "tumble/frames/random_frames.h"
#include "tumble/frames/rotation_designs.h"
#include "tumble/frames/rotation_groups.h"

using namespace tumble;

namespace {

double sum_of_weights(const Frames& frames) {
    return std::accumulate(frames.weights.begin(), frames.weights.end(), 0.0);
}

/// The groups have the orders and degrees of exactness in McLaren, Math. Comp. 17, 361 (1963).
void groups_and_designs() {
    const std::vector<std::pair<std::size_t, int>> expected{{12, 2}, {24, 3}, {60, 5}};
    CHECK(rotation_group_names().size() == expected.size());
    for (std::size_t g = 0; g < expected.size(); ++g) {
        const Frames group = rotation_group(rotation_group_names()[g]).value();
        CHECK(group.size() == expected[g].first);
        CHECK(exactness(group, 12) == expected[g].second);
        CHECK(group.rotations[0] == identity);
    }
    CHECK(!rotation_group("cubic"));
    CHECK(exactness(rotation_design(7), 12) == 7);
    CHECK_NEAR(sum_of_weights(rotation_design(7)), 1.0, 1e-14);
}

void inversion_and_turns() {
    const Frames group = rotation_group("octahedral").value(), both = with_inversion(group);
    CHECK(both.size() == 48);
    CHECK(!averages_parity(group));
    CHECK(averages_parity(both));
    CHECK(determinant(both.rotations[1]) == -1.0);
    const Frames other = turned(both, random_rotations(1, {}, 1)[0]);
    check_frames(other);
    CHECK(exactness(other, 12) == 3);
    CHECK(with_lab_frame(other).size() == 49);
    CHECK(with_lab_frame(other).bare == 48);
    CHECK(with_lab_frame(both).size() == 48);
}

void corrections() {
    const Frames added = correction(rotation_group("tetrahedral").value());
    CHECK_NEAR(sum_of_weights(added), 0.0, 1e-15);
    CHECK_NEAR(added.weights[added.bare], 1.0 / 12 - 1.0, 1e-15);
}

void random_frames() {
    const auto three = random_rotations(7, {1, 2, 3, 4}, 3);
    CHECK(three == random_rotations(7, {1, 2, 3, 4}, 3));
    CHECK(three[0] != random_rotations(7, {1, 2, 3, 5}, 1)[0]);
    for (const Matrix3& rotation : three) CHECK_NEAR(determinant(rotation), 1.0, 1e-14);
}

void impossible_frames() {
    Frames stretched = lab_frame();
    stretched.rotations[0][0][0] = 1.1;
    CHECK_THROWS(ConfigurationError, "frame 0 isn't", check_frames(stretched));
    Frames unequal = lab_frame();
    unequal.weights.push_back(1.0);
    CHECK_THROWS(ConfigurationError, "got 1 and 2", check_frames(unequal));
    CHECK_THROWS(ConfigurationError, "got 0 and 0", check_frames(Frames{}));
}

}  // namespace

int main() {
    groups_and_designs();
    inversion_and_turns();
    corrections();
    random_frames();
    impossible_frames();
    return check::failures();
}
