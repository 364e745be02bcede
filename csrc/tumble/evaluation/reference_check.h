#pragma once
/// Re-evaluation of the reference structures that a model file carries.

#include <string>

#include "tumble/evaluation/evaluation.h"
#include "tumble/graph/graph.h"
#include "tumble/model/metadata.h"

namespace tumble {

class Potential;

/// How far a result may lie from the one in the file. The one table of tolerances of loaded models.
struct Tolerance {
    /// eV per atom
    double energy;
    /// Relative to the largest force component of the reference, or 1 eV/Å if that is smaller; the virial is held to
    /// this times the number of atoms.
    double force;
};

/// @param dtype "float32" or "float64"
/// @param device as torch writes it, "cpu" or "cuda:N"
Tolerance reference_tolerance(const std::string& dtype, const std::string& device);

/// Evaluates a reference. Every error names the file and says that its own structure is meant, not the user's.
///
/// @throws ModelFileError if the structure is none, EvaluationError if the model fails
Graph evaluate_reference(const Potential& potential, const Reference& reference, Evaluation& result);

/// Compares energies, forces and virials, and the claimed depth with what an energy sees.
/// @throws ReferenceMismatch naming the file, the structure, the quantity and both values
/// @throws MetadataError if the claimed depth is too small; and as `evaluate_reference`
void check_references(const Potential& potential);

}  // namespace tumble
