#pragma once
/// A batch of structures as one directed graph: all that a model ever sees.
///
/// An edge e has a centre i and a neighbour j, and the vector v_e = x_j + S·cell − x_i in Å. Edges are sorted by
/// centre. `reverse[e]` is the edge j→i of the same pair and image, for which v = −v_e to the last bit, or −1 where j
/// is not a centre. Atoms of all structures are numbered through; edges join atoms of one structure only.
///
/// Where a structure is spread over several processes, each holds the atoms that it owns, which come first, and ghosts:
/// copies of atoms of others that its own see through message passing. Only the energies of a process' own atoms count,
/// and only ghosts less than `depth` hops away from them are centres. So a message that is missing (`reverse` −1) would
/// start `depth` hops away from every local atom, which is farther than the model passes messages.

#include "tumble/graph/structure.h"

namespace tumble {

struct Graph {
    /// Edge vectors v_e, Å, shape [E, 3].
    std::vector<Vector3> vectors;
    /// Shape [2, E], row-major: all centres, then all neighbours.
    std::vector<std::int64_t> edge_index;
    /// Index of the reverse edge or −1, shape [E].
    std::vector<std::int64_t> reverse;
    /// Integer image shifts S, shape [E, 3]; for comparison and diagnosis, no model sees them.
    std::vector<std::array<std::int32_t, 3>> shifts;
    /// Index of each atom's species in the model's list, shape [N].
    std::vector<std::int64_t> species;
    /// First atom of each structure and, last, N; shape [B + 1].
    std::vector<std::int64_t> first_atom{0};
    /// How many atoms of each structure are not ghosts; they come first in it, shape [B].
    std::vector<std::int64_t> local_atoms;

    /// Empties the graph and keeps its memory.
    void clear();

    std::int64_t edges() const { return static_cast<std::int64_t>(vectors.size()); }
    std::int64_t atoms() const { return static_cast<std::int64_t>(species.size()); }
    std::int64_t structures() const { return static_cast<std::int64_t>(first_atom.size()) - 1; }
    std::int64_t center(std::int64_t edge) const { return edge_index[edge]; }
    std::int64_t neighbor(std::int64_t edge) const { return edge_index[edges() + edge]; }
    /// One past the last edge of a structure.
    /// @param first any of its edges, or of those before it
    std::int64_t end_of_edges(std::int64_t structure, std::int64_t first) const;
};

/// Neighbour list and graph of a batch of structures.
///
/// @param structures any number, also none; structures may be empty or hold isolated atoms
/// @param cutoff Å; pairs at exactly this distance or beyond are left out
/// @throws StructureError for shapes that don't match, positions that aren't finite, periodic directions without a
///         cell, or two atoms at one place
Graph build_graph(const std::vector<Structure>& structures, double cutoff);

/// The part of a batch that holds the structures `first` to `last - 1`, renumbered from zero.
Graph slice(const Graph& graph, std::int64_t first, std::int64_t last);

}  // namespace tumble
