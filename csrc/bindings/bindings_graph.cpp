#include <pybind11/stl.h>

#include "arrays.h"
#include "bindings.h"
#include "tumble/graph/graph.h"

namespace py = pybind11;

namespace tumble::bindings {

namespace {

void export_structure(py::module_& m) {
    py::class_<Structure>(m, "Structure", "Atoms with species, positions and cell.")
        .def(py::init([](const Array<std::int64_t>& species, const Array<double>& positions, const Array<double>& cell,
                         const std::array<bool, 3>& periodic) {
                 return Structure{to_vector(species, "species"), to_vectors(positions, "positions"),
                                  to_matrix(cell, "cell"), periodic};
             }),
             py::arg("species"), py::arg("positions"), py::arg("cell"), py::arg("periodic"))
        .def("__len__", &Structure::size)
        .def_property_readonly("species", [](const Structure& s) { return to_array(s.species, {s.size()}); })
        .def_property_readonly("positions", [](const Structure& s) { return to_array(s.positions); })
        .def_property_readonly("cell", [](const Structure& s) { return to_array(s.cell); })
        .def_readonly("periodic", &Structure::periodic);
}

Graph graph_from_arrays(const Array<double>& vectors, const Array<std::int64_t>& edge_index,
                        const Array<std::int64_t>& reverse, const Array<std::int64_t>& species,
                        const Array<std::int64_t>& first_atom, const std::optional<Array<std::int64_t>>& local_atoms) {
    if (edge_index.ndim() != 2 || edge_index.shape(0) != 2) throw StructureError("`edge_index`: expected shape [2, E]");
    Graph graph;
    graph.vectors = to_vectors(vectors, "vectors");
    graph.edge_index.assign(edge_index.data(), edge_index.data() + edge_index.size());
    graph.reverse = to_vector(reverse, "reverse");
    graph.shifts.resize(graph.vectors.size());
    graph.species = to_vector(species, "species");
    graph.first_atom = to_vector(first_atom, "first_atom");
    if (local_atoms) {
        graph.local_atoms = to_vector(*local_atoms, "local_atoms");
    } else {
        for (std::size_t s = 1; s < graph.first_atom.size(); ++s) {
            graph.local_atoms.push_back(graph.first_atom[s] - graph.first_atom[s - 1]);
        }
    }
    return graph;
}

}  // namespace

void export_graph(py::module_& m) {
    export_structure(m);
    py::class_<Graph>(m, "Graph", "A batch of structures as one directed graph; edges are sorted by center.")
        .def(py::init(&graph_from_arrays), py::arg("vectors"), py::arg("edge_index"), py::arg("reverse"),
             py::arg("species"), py::arg("first_atom"), py::arg("local_atoms") = py::none())
        .def_property_readonly("local_atoms", [](const Graph& g) { return to_array(g.local_atoms, {g.structures()}); })
        .def_property_readonly("vectors", [](const Graph& g) { return to_array(g.vectors); })
        .def_property_readonly("edge_index", [](const Graph& g) { return to_array(g.edge_index, {2, g.edges()}); })
        .def_property_readonly("reverse", [](const Graph& g) { return to_array(g.reverse, {g.edges()}); })
        .def_property_readonly("shifts", [](const Graph& g) { return to_array(g.shifts); })
        .def_property_readonly("species", [](const Graph& g) { return to_array(g.species, {g.atoms()}); })
        .def_property_readonly("first_atom",
                               [](const Graph& g) { return to_array(g.first_atom, {g.structures() + 1}); });
    m.def("build_graph", &build_graph, py::arg("structures"), py::arg("cutoff"),
          "Build the neighbor list and the graph of a batch of structures; the cutoff is in Å.");
}

}  // namespace tumble::bindings
