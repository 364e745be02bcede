#include "tumble/evaluation/symmetry_error.h"

#include <algorithm>
#include <cmath>

#include "tumble/base/error.h"

namespace tumble {

EnergySpread energy_spread(std::span<const double> energies, const Frames& frames) {
    const double bare = energies[frames.bare];
    double mean = 0.0, variance = 0.0;
    for (std::size_t k = 0; k < frames.size(); ++k) mean += frames.weights[k] * (energies[k] - bare);
    for (std::size_t k = 0; k < frames.size(); ++k) {
        const double difference = energies[k] - bare - mean;
        variance += frames.weights[k] * difference * difference;
    }
    // a caller's weights may be negative
    return {bare + mean, std::sqrt(std::max(0.0, variance))};
}

void require_spread(const Symmetrizer& symmetrizer) {
    if (symmetrizer.size() > 1) return;
    throw ConfigurationError(
        message("`symmetrize`: expected a set of at least two rotations, since one has no spread, "
                "got `",
                symmetrizer.options().symmetrize, "`"));
}

SymmetryError symmetry_error(const Evaluation& result, const Frames& frames, const Graph& graph,
                             std::int64_t structure) {
    if (structure < 0 || structure >= graph.structures() ||
        result.frame_energies.size() != graph.structures() * frames.size()) {
        throw ConfigurationError("symmetry error: expected a structure, frames and graph of this evaluation");
    }
    SymmetryError error;
    error.energy = result.bare_energies[structure];
    error.torque = norm(result.bare_torques[structure]);
    error.averaged_torque = norm(result.torques[structure]);

    const EnergySpread spread =
        energy_spread({&result.frame_energies[structure * frames.size()], frames.size()}, frames);
    error.averaged_energy = spread.mean;
    error.energy_std = spread.standard_deviation;

    const std::int64_t first = graph.first_atom[structure], last = graph.first_atom[structure + 1];
    double squares = 0.0;
    for (std::int64_t n = first; n < last; ++n) {
        const Vector3 &averaged = result.forces[n], &bare = result.bare_forces[n];
        const double difference = norm({averaged[0] - bare[0], averaged[1] - bare[1], averaged[2] - bare[2]});
        error.force_max = std::max(error.force_max, difference);
        squares += difference * difference;
    }
    if (last > first) error.force_rms = std::sqrt(squares / static_cast<double>(last - first));
    return error;
}

}  // namespace tumble
