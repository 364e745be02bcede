#pragma once
/// Neighbor lists for faces that have none, from the library vesin (https://github.com/Luthaf/vesin).

#include <memory>

#include "tumble/graph/edge_list.h"

namespace tumble {

/// Finds neighbors; keeps vesin's buffers between calls.
class Neighbors {
  public:
    Neighbors();
    ~Neighbors();
    Neighbors(const Neighbors&) = delete;
    Neighbors& operator=(const Neighbors&) = delete;

    /// Find all directed pairs of one structure.
    ///
    /// @param structure structure with any box: open, partly periodic, triclinic, smaller than the cutoff
    /// @param cutoff Å
    /// @param vectors set to the vector of each candidate of the list, Å
    /// @throws StructureError if the structure isn't valid
    EdgeList find(const Structure& structure, double cutoff, std::vector<Vector3>& vectors);

  private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace tumble
