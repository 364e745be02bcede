#pragma once
/// Candidate edges of one structure within cutoff + skin, which stay the same between two rebuilds of a neighbor list.
/// A face fills the list at each rebuild, and at each step requests the graph of the edges within the cutoff.

#include <optional>

#include "tumble/graph/graph.h"

namespace tumble {

/// Å; atoms at a smaller distance are one atom written twice, or have a wrong unit. No model was trained there.
constexpr double closest = 0.01;

class EdgeList {
  public:
    struct Candidate {
        std::int32_t center;
        std::int32_t neighbor;
        /// Image of the neighbor, in multiples of the cell vectors.
        std::array<std::int32_t, 3> shift;
        /// The caller's own index of this pair or of the neighbor's image; sorting keeps it.
        std::int32_t source;
    };

    /// The part of a distributed structure that a process needs.
    struct Reach {
        /// Number of atoms that are not ghosts; they come first.
        std::int64_t local_atoms;
        /// Number of hops on which the energy of an atom depends: the model's depth.
        std::int64_t depth;
    };

    EdgeList() = default;

    /// Sort the candidates by center, neighbor and image, and find the reverse of each.
    ///
    /// @param candidates directed pairs; the reverse of a pair may be missing
    /// @param atoms number of atoms to which the candidates refer
    /// @param reach makes each step leave out edges of ghosts that no local atom sees; none if all atoms are local
    EdgeList(std::vector<Candidate> candidates, std::int64_t atoms, std::optional<Reach> reach = std::nullopt);

    const std::vector<Candidate>& candidates() const { return candidates_; }

    /// Append the edges shorter than the cutoff to a graph, as another structure.
    ///
    /// The two directions of a pair are decided together and have exactly opposite vectors, so that rounding can't put
    /// only one of them within the cutoff.
    ///
    /// @param vectors vector v of each candidate, Å, in the order of `candidates()`
    /// @param species index of each atom's species
    /// @param cutoff Å
    /// @throws StructureError if the atoms of a pair are closer than `closest`, or a vector isn't finite
    void append_to(Graph& graph, const std::vector<Vector3>& vectors, const std::vector<std::int64_t>& species,
                   double cutoff) const;

  private:
    void mark_within(double cutoff, const std::vector<Vector3>& vectors) const;
    void unmark_beyond_reach() const;

    std::vector<Candidate> candidates_;
    std::vector<std::int64_t> reverse_;
    // first candidate of each center and, last, the number of candidates
    std::vector<std::size_t> first_{0};
    std::optional<Reach> reach_;
    // scratch memory of append_to: index in the graph of each candidate, or -1
    mutable std::vector<std::int64_t> edge_of_;
};

}  // namespace tumble
