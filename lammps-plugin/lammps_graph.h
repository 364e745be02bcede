/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_LAMMPS_GRAPH_H
#define TUMBLE_LAMMPS_GRAPH_H

/// Turns LAMMPS' arrays into the core's graph. This file alone knows ghosts and tags.
///
/// Each tag becomes one atom of the graph, however many periodic images of it this rank holds: the local atom, if it is
/// one of this rank's, or else the image that the fewest hops over the neighbour list lead to. The atoms of the list's
/// own rows come first, then the ghosts, hop by hop. Vectors are taken between the images themselves.
///
/// That image's neighbours are complete because the halo is depth × (cutoff + skin) wide: a ghost that is reached by
/// less than `depth` hops, each no longer than cutoff + skin, lies at least one such length inside the rim.

#include "tumble/graph/edge_list.h"
#include "tumble/graph/graph.h"

namespace LAMMPS_NS {

class Atom;
class Domain;
class NeighList;

class LammpsGraph {
 public:
  /// Takes over a rebuilt full neighbour list; everything that doesn't change until the next rebuild is done here.
  ///
  /// @param list with rows for ghosts, too, if the model passes messages and there are several ranks
  /// @param reach cutoff + skin, Å; the list may have longer pairs, for another style of pair_style hybrid
  /// @param depth of the model
  /// @throws tumble::StructureError if two atoms of this rank have the same tag
  void rebuild(const Atom &atom, const Domain &domain, const NeighList &list, double reach, int depth);

  /// The graph at the present positions and types, which Monte Carlo moves change without a rebuild.
  ///
  /// @param species_of_type the model's species index of each atom type, counted from 1
  /// @throws tumble::StructureError if two atoms are at one place
  const tumble::Graph &update(const Atom &atom, const std::vector<std::int64_t> &species_of_type, double cutoff);

  /// As of the last `update`.
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
