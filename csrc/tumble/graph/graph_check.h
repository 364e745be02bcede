#pragma once
/// The check of a graph at the core's entry, on which models and sums rely.

#include "tumble/graph/graph.h"

namespace tumble {

/// Check the contract that graph.h states.
///
/// @param species number of species of the model
/// @throws StructureError if the graph breaks the contract, or has species that the model lacks
void check_graph(const Graph& graph, std::int64_t species);

}  // namespace tumble
