#pragma once
/// Random rotations from a counter-based stream.
///
/// What is drawn depends on a seed and a key alone, not on what was drawn before: so all ranks draw alike, a restarted
/// run continues with the same frames, and two drivers agree. The generator is Philox4x32-10 (J. K. Salmon et al.,
/// SC '11). A 64-bit state starts as the seed and takes in the key word by word: the state is Philox' key, the word the
/// upper half of its counter, and the first two words of output are the next state. Draw n then is the block of that
/// state with n in the lower half of the counter.

#include "tumble/graph/structure.h"

namespace tumble {

/// LAMMPS: step, evaluation within the step, partition, instance of the pair style. i-PI, ASE: `geometry_key`.
using StreamKey = std::array<std::uint64_t, 4>;

/// Rotations that are uniform over SO(3), from one block of three used 32-bit words each.
///
/// K. Shoemake, Graphics Gems III, 124 (1992): with u_1, u_2, u_3 uniform on (0, 1) the unit quaternion
/// (√u_1 cos 2πu_3, √(1−u_1) sin 2πu_2, √(1−u_1) cos 2πu_2, √u_1 sin 2πu_3) is uniform.
std::vector<Matrix3> random_rotations(std::uint64_t seed, const StreamKey& key, std::size_t count);

/// Key made of positions and cell, to the last bit: for a host that has no step numbers, or doesn't tell.
StreamKey geometry_key(const Structure& structure);

}  // namespace tumble
