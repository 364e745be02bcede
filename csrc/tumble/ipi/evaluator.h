#pragma once
/// What happens to the structures of one round trip: in which frames the model looks at them, and what is logged.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tumble/base/error.h"
#include "tumble/evaluation/potential.h"
#include "tumble/frames/symmetrizer.h"
#include "tumble/ipi/symmetry_log.h"

namespace tumble {

/// Counts rounds through the beads: one is over when a bead comes again. So one driver that serves all beads knows the
/// steps, whatever the order and size of the batches in which they come.
class BeadRounds {
  public:
    /// Takes in the beads `first` to `first + count - 1`, and says whether a new round has begun with them.
    bool starts_with(std::int64_t first, std::size_t count);

    /// Number of the round, from 1; 0 before the first.
    std::int64_t count() const { return count_; }

  private:
    std::set<std::int64_t> seen_;  // in this round
    std::int64_t count_ = 0;
};

/// Structures × frames go through the model as one batch.
class IpiEvaluator {
  public:
    /// @param beads `independent` for random frames of each structure, from its own geometry, or `shared` for frames
    ///        of all beads of a step, from the geometry of the first that comes
    /// @throws ConfigurationError for impossible options
    IpiEvaluator(const Potential& potential, const SymmetrizeOptions& symmetrize, const std::string& beads,
                 const SymmetryLogOptions& log);

    /// Whether it has to know which bead a structure is.
    bool needs_beads() const { return log_ || shared_; }

    /// @param structures beads, in their order
    /// @param bead index of the first
    /// @throws EvaluationError with the number of the evaluation, counted from 1
    const Evaluation& evaluate(const std::vector<Structure>& structures, std::int64_t bead);

    /// Structures evaluated; what only the log evaluates doesn't count.
    std::int64_t evaluations() const { return evaluations_; }

  private:
    std::vector<Frames> frames(const std::vector<Structure>& structures, bool new_round);
    /// Says which structure of a batch has failed: the first that does so alone, too.
    EvaluationError blame(const std::vector<Structure>& structures, const std::vector<Frames>& frames,
                          const Error& error);
    void log(const std::vector<Structure>& structures, const Graph& graph, const std::vector<Frames>& frames,
             std::int64_t first_bead);

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
