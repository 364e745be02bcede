/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_LAMMPS_GRAPH_H
#define TUMBLE_LAMMPS_GRAPH_H

/// The translation of LAMMPS' arrays to the core's graph. This file alone knows ghosts and tags.
///
/// Each tag becomes one atom of the graph, for any number of its periodic images on this rank: the local atom, if this
/// rank owns it, otherwise the image at the fewest hops over the neighbor list. Local atoms come first, then ghosts,
/// hop by hop. Edge vectors join the images themselves.
///
/// The neighbors of that image are complete because the halo is depth × (cutoff + skin) wide: a ghost at less than
/// `depth` hops, each no longer than cutoff + skin, lies at least one such length inside the edge of the halo.

#include "tumble/graph/edge_list.h"
#include "tumble/graph/graph.h"

namespace LAMMPS_NS {

class Atom;
class Domain;
class NeighList;

class LammpsGraph {
 public:
  /// Read a rebuilt full neighbor list, and compute everything that stays the same until the next rebuild.
  ///
  /// @param list full list; also with rows for ghosts, if the model passes messages and there are several ranks
  /// @param reach cutoff + skin, Å; the list may have longer pairs, for another style of pair_style hybrid
  /// @param depth depth of the model
  /// @throws tumble::StructureError if two atoms of this rank have the same tag
  void rebuild(const Atom &atom, const Domain &domain, const NeighList &list, double reach, int depth);

  /// Return the graph for the current positions and types; Monte Carlo moves change types without a rebuild.
  ///
  /// @param species_of_type the model's species index of each atom type, counted from 1
  /// @throws tumble::StructureError if two atoms are at the same position
  const tumble::Graph &update(const Atom &atom, const std::vector<std::int64_t> &species_of_type, double cutoff);

  /// The graph of the last `update`.
  const tumble::Graph &graph() const { return graph_; }

  /// LAMMPS' index of each atom of the graph, local or ghost.
  const std::vector<int> &atoms() const { return atoms_; }

  double memory_usage() const;

 private:
  std::vector<int> atoms_;
  tumble::EdgeList edges_;
  std::vector<std::int64_t> species_;
  std::vector<tumble::Vector3> vectors_;
  tumble::Graph graph_;
};

}    // namespace LAMMPS_NS

#endif
