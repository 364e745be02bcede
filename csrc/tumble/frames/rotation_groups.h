#pragma once
/// The rotation groups of the regular polyhedra: the cheapest sets with equal weights that are exact to degrees 2
/// (tetrahedral, 12 rotations), 3 (octahedral, 24) and 5 (icosahedral, 60).
///
/// A set is exact to degree t if it averages every Wigner matrix D^l, 1 ≤ l ≤ t, to zero. A group does so for every l
/// for which no combination of spherical harmonics is invariant. The lowest invariant combinations have l = 3 for the
/// tetrahedral, l = 4 for the octahedral and l = 6 for the icosahedral group (McLaren, Math. Comp. 17, 361 (1963)).
///
/// The two-fold axes x, y, z of the tetrahedral group are four-fold axes of the octahedral group and two-fold axes of
/// the icosahedral group, so the first group is a subgroup of both others. Each entry is the double nearest to the
/// exact value.

#include <optional>
#include <string>
#include <vector>

#include "tumble/frames/frames.h"

namespace tumble {

/// Return the names of the groups.
const std::vector<std::string>& rotation_group_names();

/// Return all rotations of a group with equal weights, the identity first; nothing if no group has this name.
std::optional<Frames> rotation_group(const std::string& name);

}  // namespace tumble
