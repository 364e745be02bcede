#include "tumble/graph/graph_check.h"

#include <functional>

#include "check.h"
#include "tumble/base/error.h"

using namespace tumble;

namespace {

/// Return a graph of two structures: a pair of atoms within the cutoff, and a single atom.
Graph valid() {
    Graph graph;
    graph.vectors = {{1, 0, 0}, {-1, 0, 0}};
    graph.edge_index = {0, 1, 1, 0};
    graph.reverse = {1, 0};
    graph.shifts.resize(2);
    graph.species = {0, 1, 1};
    graph.first_atom = {0, 2, 3};
    graph.local_atoms = {2, 1};
    return graph;
}

void refused(const char* text, const std::function<void(Graph&)>& change) {
    Graph graph = valid();
    change(graph);
    CHECK_THROWS(StructureError, text, check_graph(graph, 2));
}

}  // namespace

int main() {
    check_graph(valid(), 2);
    check_graph(Graph{}, 2);
    CHECK_THROWS(StructureError, "expected 0 to 0, got 1", check_graph(valid(), 1));
    refused("`species`", [](Graph& graph) { graph.species[0] = -1; });
    refused("`edge_index` and `reverse` for 2", [](Graph& graph) { graph.reverse.pop_back(); });
    refused("`first_atom`", [](Graph& graph) { graph.first_atom = {0, 2, 2}; });
    refused("`local_atoms`", [](Graph& graph) { graph.local_atoms[1] = 2; });
    refused("edge 0 isn't", [](Graph& graph) { graph.reverse[0] = 2; });
    refused("edge 0 isn't", [](Graph& graph) { graph.reverse[0] = 0; });
    refused("edge 0 isn't", [](Graph& graph) { graph.edge_index[2] = 3; });
    refused("edge 1 isn't", [](Graph& graph) {
        graph.edge_index = {1, 0, 0, 1};  // not sorted by center
    });
    refused("of another", [](Graph& graph) { graph.first_atom = {0, 1, 3}, graph.local_atoms = {1, 2}; });
    return check::failures();
}
