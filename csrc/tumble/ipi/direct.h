#pragma once
/// The driver without a socket, for a caller inside i-PI's process: structures come and results go in i-PI's units, by
/// the same conversions and the same evaluator, so the numbers are those of the driver to the last bit.

#include <array>
#include <vector>

#include "tumble/ipi/evaluator.h"
#include "tumble/ipi/results.h"

namespace tumble {

/// Evaluates batches of structures with equal species. Random rotations depend on seed and geometry, as in the driver
/// with `beads independent`.
class DirectEvaluator {
  public:
    /// @param species index of each atom's species in the model's list, in i-PI's order
    /// @param periodic cell vectors along which all structures are periodic
    /// @throws StructureError without atoms
    /// @throws ConfigurationError for impossible options
    DirectEvaluator(const Potential& potential, const std::vector<std::int64_t>& species,
                    const std::array<bool, 3>& periodic, const SymmetrizeOptions& symmetrize);

    /// Return a structure in Å.
    /// @param h row-major matrix with the cell vectors as columns, bohr
    /// @param positions bohr
    /// @throws StructureError for another number of atoms
    /// @throws ProtocolError if h has numbers that aren't finite
    Structure structure(const std::array<double, 9>& h, std::vector<Vector3> positions) const;

    /// Evaluate structures as one batch.
    /// @throws EvaluationError with the number of the evaluation, counted from 1
    IpiResults evaluate(const std::vector<Structure>& structures);

  private:
    Structure blank_;  // species and periodic directions
    IpiEvaluator evaluator_;
};

}  // namespace tumble
