#pragma once
/// Evaluation of the structures of one round trip: the rotations that are used, and the symmetry log.

#include <array>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tumble/base/error.h"
#include "tumble/evaluation/potential.h"
#include "tumble/frames/symmetrizer.h"
#include "tumble/ipi/symmetry_log.h"

namespace tumble {

/// Return a structure of which species and periodic directions are known, and positions and cell come from i-PI.
/// @throws StructureError without atoms
Structure blank_structure(const std::vector<std::int64_t>& species, const std::array<bool, 3>& periodic);

/// Counts rounds through the beads: a round ends when one of its beads comes again. So a driver that serves all beads
/// recognizes the steps, for any order of the beads and any size of the batches.
class BeadRounds {
  public:
    /// Add beads that came together; return whether a new round has begun with them.
    bool starts_with(const std::vector<std::int64_t>& beads);

    /// Number of the round, from 1; 0 before the first.
    std::int64_t count() const { return count_; }

  private:
    std::set<std::int64_t> seen_;  // beads of this round
    std::int64_t count_ = 0;
};

/// Evaluates all structures, for all rotations, as one batch.
class IpiEvaluator {
  public:
    /// @param beads `independent` for random rotations of each structure, from its own geometry; `shared` for the same
    ///        rotations for all beads of a step, from the geometry of the first structure that is evaluated
    /// @throws ConfigurationError for impossible options
    IpiEvaluator(const Potential& potential, const SymmetrizeOptions& symmetrize, const std::string& beads,
                 const SymmetryLogOptions& log);

    /// Whether the index of the beads is needed.
    bool needs_beads() const { return log_ || shared_; }

    /// Evaluate beads of one step together, and write the symmetry log if it is due.
    /// @param beads index of each structure's bead
    /// @throws EvaluationError with the number of the evaluation, counted from 1
    const Evaluation& evaluate(const std::vector<Structure>& structures, const std::vector<std::int64_t>& beads);

    /// Number of evaluated structures, without evaluations for the log only.
    std::int64_t evaluations() const { return evaluations_; }

  private:
    std::vector<Frames> frames(const std::vector<Structure>& structures, bool new_round);
    /// Return an error that names the structure of a batch that failed: the first that also fails alone.
    EvaluationError blame(const std::vector<Structure>& structures, const std::vector<Frames>& frames,
                          const Error& error);
    void log(const std::vector<Structure>& structures, const Graph& graph, const std::vector<Frames>& frames,
             const std::vector<std::int64_t>& beads);

    const Potential& potential_;
    Symmetrizer symmetrizer_;
    bool shared_;
    std::unique_ptr<SymmetryLog> log_;
    BeadRounds rounds_;
    StreamKey shared_key_{};
    std::int64_t evaluations_ = 0;
    Evaluation result_;
};

}  // namespace tumble
