#pragma once
/// A batch of structures as one directed graph: all that a model sees.
///
/// An edge e has a center i, a neighbor j and the vector v_e = x_j + S·cell − x_i in Å. Edges are sorted by center.
/// `reverse[e]` is the edge j→i of the same pair and image, for which v = −v_e to the last bit, or −1 if j isn't a
/// center. Atoms of all structures are numbered consecutively; each edge joins two atoms of the same structure.
///
/// If a structure is distributed over several processes, each process has its own atoms, which come first, and ghosts:
/// copies of other processes' atoms that its own atoms see through message passing. Only the energies of a process' own
/// atoms count, and only ghosts less than `depth` hops away from them are centers. So a missing message (`reverse` −1)
/// would start `depth` hops away from every local atom, which is farther than the model passes messages.

#include "tumble/graph/structure.h"

namespace tumble {

struct Graph {
    /// Edge vectors v_e, Å, shape [E, 3].
    std::vector<Vector3> vectors;
    /// All centers, then all neighbors, shape [2, E], row-major.
    std::vector<std::int64_t> edge_index;
    /// Index of the reverse edge or −1, shape [E].
    std::vector<std::int64_t> reverse;
    /// Integer image shifts S, shape [E, 3]; for comparison and diagnosis only, no model sees them.
    std::vector<std::array<std::int32_t, 3>> shifts;
    /// Index of each atom's species in the model's list, shape [N].
    std::vector<std::int64_t> species;
    /// Index of the first atom of each structure and, last, N; shape [B + 1].
    std::vector<std::int64_t> first_atom{0};
    /// Number of atoms of each structure that are not ghosts, shape [B]; they come first in it.
    std::vector<std::int64_t> local_atoms;

    /// Empty the graph but keep its memory.
    void clear();

    std::int64_t edges() const { return static_cast<std::int64_t>(vectors.size()); }
    std::int64_t atoms() const { return static_cast<std::int64_t>(species.size()); }
    std::int64_t structures() const { return static_cast<std::int64_t>(first_atom.size()) - 1; }
    std::int64_t center(std::int64_t edge) const { return edge_index[edge]; }
    std::int64_t neighbor(std::int64_t edge) const { return edge_index[edges() + edge]; }
    /// Return the index after the last edge of a structure.
    /// @param first any edge of this structure or of an earlier one
    std::int64_t end_of_edges(std::int64_t structure, std::int64_t first) const;
};

/// Build the neighbor list and the graph of a batch of structures.
///
/// @param structures any number of structures, also none; they may be empty or have isolated atoms
/// @param cutoff Å; pairs at exactly this distance or beyond are left out
/// @throws StructureError for shapes that don't match, positions that aren't finite, periodic directions without a
///         cell, or two atoms at one place
Graph build_graph(const std::vector<Structure>& structures, double cutoff);

/// Return the part of a batch with the structures `first` to `last - 1`, renumbered from zero.
Graph slice(const Graph& graph, std::int64_t first, std::int64_t last);

}  // namespace tumble
