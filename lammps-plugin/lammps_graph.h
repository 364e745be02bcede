/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_LAMMPS_GRAPH_H
#define TUMBLE_LAMMPS_GRAPH_H

/// Turns LAMMPS' arrays into the core's graph. This file alone knows ghosts and tags.
///
/// On one rank every ghost is a periodic image of a local atom: ghosts are folded onto their owners, and the graph has
/// the local atoms only, in LAMMPS' local order. Vectors are taken from the ghosts' own positions.

#include "tumble/edge_list.h"
#include "tumble/graph.h"

namespace LAMMPS_NS {

class Atom;
class Domain;
class NeighList;

class LammpsGraph {
 public:
  /// Takes over a rebuilt full neighbour list; everything that doesn't change until the next rebuild is done here.
  ///
  /// @param species_of_type the model's species index of each atom type, counted from 1
  /// @throws tumble::StructureError if a ghost has no owner among the local atoms
  void rebuild(const Atom &atom, const Domain &domain, const NeighList &list,
               const std::vector<std::int64_t> &species_of_type);

  /// The graph at the present positions.
  /// @throws tumble::StructureError if two atoms are at one place
  const tumble::Graph &update(const Atom &atom, double cutoff);

 private:
  tumble::EdgeList edges_;
  std::vector<std::int64_t> species_;
  std::vector<tumble::Vector3> vectors_;
  tumble::Graph graph_;
};

}    // namespace LAMMPS_NS

#endif
