/* SPDX-License-Identifier: GPL-2.0-only */
#include "lammps_graph.h"

#include "atom.h"
#include "domain.h"
#include "neigh_list.h"

#include "tumble/base/error.h"

#include <cmath>
#include <optional>
#include <unordered_map>

using namespace LAMMPS_NS;

namespace {

double squared_distance(const double *a, const double *b)
{
  const double d[3] = {b[0] - a[0], b[1] - a[1], b[2] - a[2]};
  return d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
}

/// Return the shift from one image of an atom to another, in cell vectors: the rounded difference of their fractional
/// coordinates.
std::array<std::int32_t, 3> image_shift(const Domain &domain, const double *image, const double *origin)
{
  // inverse of LAMMPS' upper triangular h = (xx, yy, zz, yz, xz, xy)
  const double *inverse = domain.h_inv;
  const double d[3] = {image[0] - origin[0], image[1] - origin[1], image[2] - origin[2]};
  return {static_cast<std::int32_t>(std::lround(inverse[0] * d[0] + inverse[5] * d[1] + inverse[4] * d[2])),
          static_cast<std::int32_t>(std::lround(inverse[1] * d[1] + inverse[3] * d[2])),
          static_cast<std::int32_t>(std::lround(inverse[2] * d[2]))};
}

}    // namespace

void LammpsGraph::rebuild(const Atom &atom, const Domain &domain, const NeighList &list, double reach, int depth)
{
  atoms_.assign(list.ilist, list.ilist + list.inum);
  std::unordered_map<tagint, int> index_of_tag;
  index_of_tag.reserve(atom.nlocal + atom.nghost);
  for (int n = 0; n < list.inum; ++n)
    if (!index_of_tag.emplace(atom.tag[atoms_[n]], n).second)
      throw tumble::StructureError(
          tumble::message("two atoms have the ID ", atom.tag[atoms_[n]], "; expected IDs that differ"));

  std::vector<tumble::EdgeList::Candidate> candidates;
  int first = 0;
  for (int hop = 0; hop < depth; ++hop) {
    const int last = static_cast<int>(atoms_.size());
    for (int n = first; n < last; ++n) {
      const int i = atoms_[n];
      for (int jj = 0; jj < list.numneigh[i]; ++jj) {
        const int j = list.firstneigh[i][jj] & NEIGHMASK;
        if (squared_distance(atom.x[i], atom.x[j]) > reach * reach) continue;
        const auto [found, is_new] = index_of_tag.emplace(atom.tag[j], static_cast<int>(atoms_.size()));
        if (is_new) atoms_.push_back(j);
        const double *origin = atom.x[atoms_[found->second]];
        candidates.push_back({n, found->second, image_shift(domain, atom.x[j], origin), j});
      }
    }
    first = last;
  }
  using Reach = tumble::EdgeList::Reach;
  const bool ghosts = static_cast<int>(atoms_.size()) > list.inum;
  edges_ = tumble::EdgeList(std::move(candidates), static_cast<std::int64_t>(atoms_.size()),
                            ghosts ? std::optional(Reach{list.inum, depth}) : std::nullopt);
}

/* ---------------------------------------------------------------------- */

const tumble::Graph &LammpsGraph::update(const Atom &atom, const std::vector<std::int64_t> &species_of_type,
                                         double cutoff)
{
  species_.resize(atoms_.size());
  for (std::size_t n = 0; n < atoms_.size(); ++n) species_[n] = species_of_type[atom.type[atoms_[n]]];

  vectors_.resize(edges_.candidates().size());
  for (std::size_t e = 0; e < vectors_.size(); ++e) {
    const auto &candidate = edges_.candidates()[e];
    const double *xi = atom.x[atoms_[candidate.center]];
    const double *xj = atom.x[candidate.source];
    vectors_[e] = {xj[0] - xi[0], xj[1] - xi[1], xj[2] - xi[2]};
  }
  graph_.clear();
  edges_.append_to(graph_, vectors_, species_, cutoff);
  return graph_;
}

/* ---------------------------------------------------------------------- */

double LammpsGraph::memory_usage() const
{
  using Candidate = tumble::EdgeList::Candidate;
  constexpr double per_candidate = sizeof(Candidate) + sizeof(tumble::Vector3) + 2 * sizeof(std::int64_t);
  constexpr double per_edge = sizeof(tumble::Vector3) + 3 * sizeof(std::int64_t) + 3 * sizeof(std::int32_t);
  return per_candidate * static_cast<double>(edges_.candidates().size()) +
         per_edge * static_cast<double>(graph_.edges()) +
         2.0 * sizeof(std::int64_t) * static_cast<double>(atoms_.size());
}
