#pragma once
/// The rotation groups of the regular polyhedra: the cheapest sets with equal weights that are exact to degrees 2
/// (tetrahedral, 12 rotations), 3 (octahedral, 24) and 5 (icosahedral, 60).
///
/// A set is exact to degree t if it averages every Wigner matrix D^l, 1 ≤ l ≤ t, to zero. A group does so for every l
/// whose spherical harmonics have no combination that the group leaves as it is: tetrahedral ones begin at l = 3,
/// octahedral ones at l = 4, icosahedral ones at l = 6 (McLaren, Math. Comp. 17, 361 (1963)).
///
/// The two-fold axes x, y, z of the tetrahedral group are four-fold axes of the octahedral one and two-fold axes of the
/// icosahedral one, so the first is part of the others. Entries are the double nearest to the exact value.

#include <optional>
#include <string>
#include <vector>

#include "tumble/frames/frames.h"

namespace tumble {

/// The names of the groups.
const std::vector<std::string>& rotation_group_names();

/// All rotations of a group with equal weights, the identity first; nothing if there is no group of that name.
std::optional<Frames> rotation_group(const std::string& name);

}  // namespace tumble
