#pragma once
/// Checks, once and at the core's entry, what models and sums rely on.

#include "tumble/graph/graph.h"

namespace tumble {

/// @param species how many the model knows
/// @throws StructureError if the graph breaks the contract that graph.h states, or has species that aren't the model's
void check_graph(const Graph& graph, std::int64_t species);

}  // namespace tumble
