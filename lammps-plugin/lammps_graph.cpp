/* SPDX-License-Identifier: GPL-2.0-only */
#include "lammps_graph.h"

#include "atom.h"
#include "domain.h"
#include "neigh_list.h"

#include "tumble/error.h"

#include <cmath>
#include <unordered_map>

using namespace LAMMPS_NS;

namespace {

/// Local index of the owner of every local and ghost atom.
std::vector<int> find_owners(const Atom &atom)
{
  std::unordered_map<tagint, int> local_of_tag;
  local_of_tag.reserve(atom.nlocal);
  for (int i = 0; i < atom.nlocal; ++i) local_of_tag[atom.tag[i]] = i;

  std::vector<int> owners(atom.nlocal + atom.nghost);
  for (int j = 0; j < atom.nlocal + atom.nghost; ++j) {
    const auto found = local_of_tag.find(atom.tag[j]);
    if (found == local_of_tag.end())
      throw tumble::StructureError(tumble::message("ghost of atom ", atom.tag[j], ": expected its owner on this rank"));
    owners[j] = found->second;
  }
  return owners;
}

/// Image of a ghost relative to its owner, in cell vectors: the rounded difference in fractional coordinates.
std::array<std::int32_t, 3> image_shift(const Domain &domain, const double *ghost, const double *owner)
{
  // inverse of LAMMPS' upper triangular h = (xx, yy, zz, yz, xz, xy)
  const double *inverse = domain.h_inv;
  const double d[3] = {ghost[0] - owner[0], ghost[1] - owner[1], ghost[2] - owner[2]};
  return {static_cast<std::int32_t>(std::lround(inverse[0] * d[0] + inverse[5] * d[1] + inverse[4] * d[2])),
          static_cast<std::int32_t>(std::lround(inverse[1] * d[1] + inverse[3] * d[2])),
          static_cast<std::int32_t>(std::lround(inverse[2] * d[2]))};
}

}    // namespace

void LammpsGraph::rebuild(const Atom &atom, const Domain &domain, const NeighList &list,
                          const std::vector<std::int64_t> &species_of_type)
{
  const std::vector<int> owners = find_owners(atom);
  std::vector<tumble::EdgeList::Candidate> candidates;
  for (int ii = 0; ii < list.inum; ++ii) {
    const int i = list.ilist[ii];
    for (int jj = 0; jj < list.numneigh[i]; ++jj) {
      const int j = list.firstneigh[i][jj] & NEIGHMASK;
      candidates.push_back({i, owners[j], image_shift(domain, atom.x[j], atom.x[owners[j]]), j});
    }
  }
  edges_ = tumble::EdgeList(std::move(candidates), atom.nlocal);

  species_.resize(atom.nlocal);
  for (int i = 0; i < atom.nlocal; ++i) species_[i] = species_of_type[atom.type[i]];
}

const tumble::Graph &LammpsGraph::update(const Atom &atom, double cutoff)
{
  vectors_.resize(edges_.candidates().size());
  for (std::size_t e = 0; e < vectors_.size(); ++e) {
    const auto &candidate = edges_.candidates()[e];
    const double *xi = atom.x[candidate.center];
    const double *xj = atom.x[candidate.source];
    vectors_[e] = {xj[0] - xi[0], xj[1] - xi[1], xj[2] - xi[2]};
  }
  graph_.clear();
  edges_.append_to(graph_, vectors_, species_, cutoff);
  return graph_;
}
