#pragma once
/// The check of a model's `depth`: the number of cutoffs on which an atomic energy depends. No single energy shows a
/// wrong depth. Runs on several MPI ranks build their halos for it, and are wrong if it is too small.

#include "tumble/evaluation/evaluation.h"
#include "tumble/evaluation/potential.h"

namespace tumble {

/// Check that the energy of an atom stays the same if the graph keeps only the edges of centers less than `depth` hops
/// away from the atom, as on a rank of a parallel run. One atom of each species is tried.
///
/// @param graph graph of one structure
/// @param whole results of the model for it
/// @param tolerance in eV for an atom; relative to its energy without the baseline if that is above 1 eV
/// @returns false if the graph is too small for the check
/// @throws MetadataError if an energy changes
bool check_depth(const Potential& potential, const Graph& graph, const Evaluation& whole, double tolerance);

/// Return a chain of atoms, with only adjacent ones within the cutoff, that is long enough for the check: for models
/// whose reference structures are too small.
Structure chain_for_depth_check(const Metadata& metadata);

}  // namespace tumble
