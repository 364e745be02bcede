#pragma once
/// Atoms with positions and cell: the input of faces that have no neighbor list of their own.

#include <cstdint>
#include <vector>

#include "tumble/base/linalg.h"

namespace tumble {

struct Structure {
    /// Index of each atom's chemical species in the model's own list.
    std::vector<std::int64_t> species;
    /// Cartesian positions in Å; they may lie outside the cell.
    std::vector<Vector3> positions;
    /// Cell vectors as rows, in Å. Rows along directions that aren't periodic are ignored.
    Matrix3 cell{};
    /// Directions with periodic boundaries, in any combination.
    std::array<bool, 3> periodic{false, false, false};

    std::int64_t size() const { return static_cast<std::int64_t>(positions.size()); }
};

}  // namespace tumble
