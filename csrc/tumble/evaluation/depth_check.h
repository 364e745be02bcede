#pragma once
/// A claim that no single energy shows: `depth`, the number of cutoffs that an atomic energy sees. Runs on several MPI
/// ranks build their halos for it, and are wrong where it is too small.

#include "tumble/evaluation/evaluation.h"
#include "tumble/evaluation/potential.h"

namespace tumble {

/// Whether the energy of an atom stays the same when a graph ends where the claim lets it end: at the edges of centres
/// less than `depth` hops away from the atom, as on a rank of a parallel run. One atom of each species is tried.
///
/// @param graph one structure
/// @param whole what the model gave for it
/// @param tolerance eV for an atom, relative to its energy where that is above 1 eV
/// @returns false if the graph is too small to tell
/// @throws MetadataError if an energy changes
bool check_depth(const Potential& potential, const Graph& graph, const Evaluation& whole, double tolerance);

/// A chain in which only next neighbours are within the cutoff, long enough to tell, for models whose references are
/// too small.
Structure chain_to_tell_depth(const Metadata& metadata);

}  // namespace tumble
