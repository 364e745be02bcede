#pragma once
/// Checks, once and at the core's entry, what models and sums rely on.

#include "tumble/graph/graph.h"
#include "tumble/model/metadata.h"

namespace tumble {

/// @throws StructureError if the graph breaks the contract that graph.h states, or has species that aren't the model's
void check_graph(const Graph& graph, const Metadata& metadata);

}  // namespace tumble
