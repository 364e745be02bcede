#include "tumble/graph/graph.h"

#include <algorithm>

#include "tumble/base/error.h"
#include "tumble/graph/edge_list.h"
#include "tumble/graph/neighbors.h"

namespace tumble {

void Graph::clear() {
    vectors.clear();
    edge_index.clear();
    reverse.clear();
    shifts.clear();
    species.clear();
    first_atom.assign(1, 0);
    local_atoms.clear();
}

std::int64_t Graph::end_of_edges(std::int64_t structure, std::int64_t first) const {
    const auto centers = edge_index.begin();
    return std::lower_bound(centers + first, centers + edges(), first_atom[structure + 1]) - centers;
}

Graph build_graph(const std::vector<Structure>& structures, double cutoff) {
    Graph graph;
    Neighbors neighbors;
    std::vector<Vector3> vectors;
    for (const auto& structure : structures) {
        const EdgeList edges = neighbors.find(structure, cutoff, vectors);
        edges.append_to(graph, vectors, structure.species, cutoff);
    }
    return graph;
}

Graph slice(const Graph& graph, std::int64_t first, std::int64_t last) {
    const std::int64_t atom_begin = graph.first_atom.at(first);
    const std::int64_t atom_end = graph.first_atom.at(last);
    const auto centers_end = graph.edge_index.begin() + graph.edges();
    const std::int64_t begin =
        std::lower_bound(graph.edge_index.begin(), centers_end, atom_begin) - graph.edge_index.begin();
    const std::int64_t end =
        std::lower_bound(graph.edge_index.begin(), centers_end, atom_end) - graph.edge_index.begin();

    Graph part;
    part.vectors.assign(graph.vectors.begin() + begin, graph.vectors.begin() + end);
    part.shifts.assign(graph.shifts.begin() + begin, graph.shifts.begin() + end);
    part.species.assign(graph.species.begin() + atom_begin, graph.species.begin() + atom_end);
    part.local_atoms.assign(graph.local_atoms.begin() + first, graph.local_atoms.begin() + last);
    part.first_atom.clear();
    for (std::int64_t s = first; s <= last; ++s) part.first_atom.push_back(graph.first_atom[s] - atom_begin);
    part.edge_index.reserve(2 * (end - begin));
    for (std::int64_t row = 0; row < 2; ++row) {
        for (std::int64_t e = begin; e < end; ++e) {
            part.edge_index.push_back(graph.edge_index[row * graph.edges() + e] - atom_begin);
        }
    }
    part.reverse.reserve(end - begin);
    for (std::int64_t e = begin; e < end; ++e)
        part.reverse.push_back(graph.reverse[e] < 0 ? -1 : graph.reverse[e] - begin);
    return part;
}

}  // namespace tumble
