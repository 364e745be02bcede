#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "operators/symmetry_tables.h"

namespace tumble {

/// Atoms and edges of `symmetry_functions`; the shapes and types are those of its arguments.
struct SymmetryGraph {
    at::Tensor vectors, neighbor_species, first, species;
};

/// What belongs to a set of symmetry functions.
struct SymmetrySettings {
    std::vector<SymmetryFunction> functions;
    int64_t columns;
    CutoffForm form;
    double inner;
};

/// Symmetry functions made of torch's operators, on any device and with all derivatives by the vectors. They need
/// memory for all triplets of the graph.
at::Tensor symmetry_of_triplets(const SymmetryGraph& graph, const SymmetrySettings& settings);

/// Parts of a graph, each of atoms that follow each other, with so few triplets that they need little memory.
std::vector<SymmetryGraph> parts_of(const SymmetryGraph& graph);

}  // namespace tumble
