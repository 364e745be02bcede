#pragma once
/// Random rotations from a counter-based stream.
///
/// A rotation depends on a seed and a key only, not on earlier rotations. So all ranks draw the same rotations, a
/// restarted run continues with the same rotations, and two drivers agree. The generator is Philox4x32-10 (J. K. Salmon
/// et al., SC '11). A 64-bit state starts as the seed and absorbs the key word by word: the state is Philox' key, the
/// word is the upper half of its counter, and the first two words of the output are the next state. Rotation n comes
/// from the block of the final state with n in the lower half of the counter.

#include "tumble/graph/structure.h"

namespace tumble {

/// Key of a draw. LAMMPS: step, evaluation within the step, partition, instance of the pair style. i-PI and ASE:
/// `geometry_key`.
using StreamKey = std::array<std::uint64_t, 4>;

/// Return rotations that are uniformly distributed over SO(3). Each uses three 32-bit words of its block.
///
/// K. Shoemake, Graphics Gems III, 124 (1992): with u_1, u_2, u_3 uniform on (0, 1) the unit quaternion
/// (√u_1 cos 2πu_3, √(1−u_1) sin 2πu_2, √(1−u_1) cos 2πu_2, √u_1 sin 2πu_3) is uniform.
std::vector<Matrix3> random_rotations(std::uint64_t seed, const StreamKey& key, std::size_t count);

/// Return a key made from positions and cell, to the last bit: for a host that gives no step numbers.
StreamKey geometry_key(const Structure& structure);

}  // namespace tumble
