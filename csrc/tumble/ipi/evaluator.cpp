#include "tumble/ipi/evaluator.h"

#include <algorithm>

#include "tumble/base/error.h"
#include "tumble/base/nearest.h"

namespace tumble {

namespace {

bool same(const Frames& a, const Frames& b) {
    return a.rotations == b.rotations && a.weights == b.weights && a.bare == b.bare;
}

/// Return the rotations of a structure, given one set for all structures or one for each.
const Frames& of(std::size_t structure, const std::vector<Frames>& frames) {
    return frames[frames.size() == 1 ? 0 : structure];
}

}  // namespace

Structure blank_structure(const std::vector<std::int64_t>& species, const std::array<bool, 3>& periodic) {
    if (species.empty()) throw StructureError("`species`: expected at least one atom, got none");
    Structure structure;
    structure.species = species;
    structure.positions.resize(species.size());
    structure.periodic = periodic;
    return structure;
}

bool BeadRounds::starts_with(const std::vector<std::int64_t>& beads) {
    const bool starts =
        seen_.empty() || std::any_of(beads.begin(), beads.end(), [this](auto bead) { return seen_.count(bead) > 0; });
    if (starts) {
        seen_.clear();
        ++count_;
    }
    seen_.insert(beads.begin(), beads.end());
    return starts;
}

IpiEvaluator::IpiEvaluator(const Potential& potential, const SymmetrizeOptions& symmetrize, const std::string& beads,
                           const SymmetryLogOptions& log)
    : potential_(potential), symmetrizer_(symmetrize), shared_(beads == "shared") {
    if (!shared_ && beads != "independent") {
        throw ConfigurationError("`beads`: " + expected_one_of({"independent", "shared"}, beads));
    }
    if (shared_ && !symmetrizer_.random()) {
        throw ConfigurationError(message("`beads`: expected random rotations to share, got `symmetrize ",
                                         symmetrize.symmetrize,
                                         "`, which is the same for all beads anyway; leave `beads` out"));
    }
    log_ = open_symmetry_log(log, symmetrize.seed, potential.metadata().name);
}

const Evaluation& IpiEvaluator::evaluate(const std::vector<Structure>& structures,
                                         const std::vector<std::int64_t>& beads) {
    const bool new_round = rounds_.starts_with(beads);
    const std::vector<Frames> all = frames(structures, new_round);
    Graph graph;
    try {
        graph = build_graph(structures, potential_.metadata().cutoff);
        potential_.evaluate(graph, all, result_);
    } catch (const Error& error) {
        throw blame(structures, all, error);
    }
    if (log_) log(structures, graph, all, beads);
    evaluations_ += static_cast<std::int64_t>(structures.size());
    return result_;
}

std::vector<Frames> IpiEvaluator::frames(const std::vector<Structure>& structures, bool new_round) {
    if (!symmetrizer_.random()) return {symmetrizer_.frames()};
    if (shared_) {
        if (new_round) shared_key_ = geometry_key(structures[0]);
        return {symmetrizer_.frames(shared_key_)};
    }
    std::vector<Frames> all;
    for (const Structure& structure : structures) all.push_back(symmetrizer_.frames(geometry_key(structure)));
    return all;
}

EvaluationError IpiEvaluator::blame(const std::vector<Structure>& structures, const std::vector<Frames>& frames,
                                    const Error& error) {
    const std::int64_t first = evaluations_ + 1;
    if (structures.size() == 1) return EvaluationError(message("evaluation ", first, ": ", error.what()));
    for (std::size_t s = 0; s < structures.size(); ++s) {
        try {
            potential_.evaluate(build_graph({structures[s]}, potential_.metadata().cutoff), {of(s, frames)}, result_);
        } catch (const Error& alone) {
            return EvaluationError(message("evaluation ", first + static_cast<std::int64_t>(s), ": ", alone.what()));
        }
    }
    const std::int64_t last = evaluations_ + static_cast<std::int64_t>(structures.size());
    return EvaluationError(message("evaluations ", first, " to ", last, ": ", error.what()));
}

void IpiEvaluator::log(const std::vector<Structure>& structures, const Graph& graph, const std::vector<Frames>& frames,
                       const std::vector<std::int64_t>& beads) {
    if (!log_->due(rounds_.count())) return;
    for (std::size_t s = 0; s < structures.size(); ++s) {
        const auto index = static_cast<std::int64_t>(s);
        const Frames wanted = log_->frames(structures[s]);
        if (same(wanted, of(s, frames))) {
            log_->write(rounds_.count(), beads[s], symmetry_error(result_, wanted, graph, index));
            continue;
        }
        const Graph alone = slice(graph, index, index + 1);
        Evaluation own;
        try {
            potential_.evaluate(alone, {wanted}, own);
        } catch (const Error& error) {
            throw EvaluationError(
                message("evaluation ", evaluations_ + index + 1, ", for the symmetry log: ", error.what()));
        }
        log_->write(rounds_.count(), beads[s], symmetry_error(own, wanted, alone, 0));
    }
}

}  // namespace tumble
