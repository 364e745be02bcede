#pragma once
/// Candidate edges of one structure within cutoff + skin: what stays the same between two rebuilds of a neighbour list.
/// A face fills it once per rebuild, and at each step asks for the graph of those within the cutoff.

#include <optional>

#include "tumble/graph/graph.h"

namespace tumble {

/// Å; atoms nearer than this are one atom written twice, or a wrong unit, and no model was trained there.
constexpr double closest = 0.01;

class EdgeList {
  public:
    struct Candidate {
        std::int32_t center;
        std::int32_t neighbor;
        /// Image of the neighbour, in cell vectors.
        std::array<std::int32_t, 3> shift;
        /// The caller's own index of this pair or of the neighbour's image, carried along through the sorting.
        std::int32_t source;
    };

    /// What a process needs of a structure that is spread over several.
    struct Reach {
        /// Atoms that are not ghosts; they come first.
        std::int64_t local_atoms;
        /// Hops that the energy of an atom sees: the model's depth.
        std::int64_t depth;
    };

    EdgeList() = default;

    /// Sorts the candidates by centre, neighbour and image, and pairs each with its reverse.
    ///
    /// @param candidates directed pairs; a pair whose reverse is absent gets none
    /// @param atoms number of atoms that the candidates refer to
    /// @param reach leaves out, at each step, the edges of ghosts that no local atom sees; none if all atoms are local
    EdgeList(std::vector<Candidate> candidates, std::int64_t atoms, std::optional<Reach> reach = std::nullopt);

    const std::vector<Candidate>& candidates() const { return candidates_; }

    /// Appends the edges shorter than the cutoff to a graph, as a further structure.
    ///
    /// The two directions of a pair are decided together and get exactly opposite vectors, so that rounding can't tear
    /// a pair apart at the cutoff.
    ///
    /// @param vectors v of each candidate, Å, in the order of `candidates()`
    /// @param species index of each atom's species
    /// @param cutoff Å
    /// @throws StructureError if two atoms of a pair are nearer than `closest`, or a vector isn't finite
    void append_to(Graph& graph, const std::vector<Vector3>& vectors, const std::vector<std::int64_t>& species,
                   double cutoff) const;

  private:
    void mark_within(double cutoff, const std::vector<Vector3>& vectors) const;
    void unmark_beyond_reach() const;

    std::vector<Candidate> candidates_;
    std::vector<std::int64_t> reverse_;
    // first candidate of each centre and, last, their number
    std::vector<std::size_t> first_{0};
    std::optional<Reach> reach_;
    // scratch of append_to: index in the graph of each candidate, or -1
    mutable std::vector<std::int64_t> edge_of_;
};

}  // namespace tumble
