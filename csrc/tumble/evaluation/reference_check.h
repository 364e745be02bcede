#pragma once
/// Re-evaluation of the reference structures in a model file.

#include <string>

#include "tumble/evaluation/evaluation.h"
#include "tumble/graph/graph.h"
#include "tumble/model/metadata.h"

namespace tumble {

class Potential;

/// Largest allowed difference between a result and the one in the file. This is the only table of these tolerances.
struct Tolerance {
    /// eV per atom
    double energy;
    /// Relative to the largest force component of the reference, or to 1 eV/Å if that component is smaller. For the
    /// virial, times the number of atoms.
    double force;
};

/// Return the tolerance for a dtype and a device.
/// @param dtype "float32" or "float64"
/// @param device in torch's notation, "cpu" or "cuda:N"
Tolerance reference_tolerance(const std::string& dtype, const std::string& device);

/// Evaluate a reference structure. Every error names the file and states that its own structure failed, not the user's.
///
/// @throws ModelFileError if the structure is invalid, EvaluationError if the model fails
Graph evaluate_reference(const Potential& potential, const Reference& reference, Evaluation& result);

/// Compare energies, forces and virials with those in the file, and check the depth of the model.
/// @throws ReferenceMismatch if they differ; the message names the file, the structure, the quantity and both values
/// @throws MetadataError if the depth in the file is too small; and the errors of `evaluate_reference`
void check_references(const Potential& potential);

}  // namespace tumble
