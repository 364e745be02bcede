#pragma once
/// Rotation groups, and sets that are exact to a given degree.

#include "frames.h"

namespace tumble {

enum class RotationGroup { tetrahedral, octahedral, icosahedral };

inline constexpr int highest_design_degree = 12;

/// All rotations of a group with equal weights, the identity first.
Frames rotation_group(RotationGroup group);

/// The smallest known set that is exact to `degree`, the identity first.
/// @throws ConfigurationError for a degree below 1 or above `highest_design_degree`
Frames rotation_design(int degree);

}  // namespace tumble
