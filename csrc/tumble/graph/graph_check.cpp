#include "tumble/graph/graph_check.h"

#include <algorithm>

#include "tumble/base/error.h"

namespace tumble {

namespace {

/// Check that each edge joins atoms of one structure: an evaluation divides a batch between structures.
void validate_structures(const Graph& graph) {
    std::int64_t structure = 0;
    for (std::int64_t e = 0; e < graph.edges(); ++e) {
        while (graph.center(e) >= graph.first_atom[structure + 1]) ++structure;
        const std::int64_t j = graph.neighbor(e);
        if (j < graph.first_atom[structure] || j >= graph.first_atom[structure + 1]) {
            throw StructureError(message("graph: expected edges within structures, got one from atom ", graph.center(e),
                                         " to atom ", j, " of another"));
        }
    }
}

}  // namespace

void check_graph(const Graph& graph, std::int64_t species) {
    const std::int64_t edges = graph.edges(), atoms = graph.atoms();
    if (static_cast<std::int64_t>(graph.edge_index.size()) != 2 * edges ||
        static_cast<std::int64_t>(graph.reverse.size()) != edges) {
        throw StructureError(message("graph: expected `edge_index` and `reverse` for ", edges, " edges"));
    }
    if (graph.first_atom.empty() || graph.first_atom.front() != 0 || graph.first_atom.back() != atoms ||
        !std::is_sorted(graph.first_atom.begin(), graph.first_atom.end())) {
        throw StructureError(message("graph: expected `first_atom` to rise from 0 to the number of atoms, ", atoms));
    }
    bool counted = static_cast<std::int64_t>(graph.local_atoms.size()) == graph.structures();
    for (std::int64_t s = 0; counted && s < graph.structures(); ++s) {
        counted = graph.local_atoms[s] >= 0 && graph.local_atoms[s] <= graph.first_atom[s + 1] - graph.first_atom[s];
    }
    if (!counted) {
        throw StructureError(message("graph: expected `local_atoms` for ", graph.structures(),
                                     " structures, each from 0 to the number of its atoms"));
    }
    for (const std::int64_t s : graph.species) {
        if (s < 0 || s >= species) throw StructureError(message("`species`: expected 0 to ", species - 1, ", got ", s));
    }
    for (std::int64_t e = 0; e < edges; ++e) {
        const bool inside =
            graph.center(e) >= 0 && graph.center(e) < atoms && graph.neighbor(e) >= 0 && graph.neighbor(e) < atoms;
        const bool sorted = e == 0 || graph.center(e - 1) <= graph.center(e);
        const std::int64_t r = graph.reverse[e];
        if (!inside || !sorted || r < -1 || r >= edges ||
            (r >= 0 && (graph.center(r) != graph.neighbor(e) || graph.neighbor(r) != graph.center(e)))) {
            throw StructureError(message("graph: expected edges between the ", atoms,
                                         " atoms, sorted by center, with valid reverse edges; edge ", e, " isn't"));
        }
    }
    validate_structures(graph);
}

}  // namespace tumble
