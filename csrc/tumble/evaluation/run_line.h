#pragma once
/// What an engine writes into its log for programs: one line, `tumble: ` and a JSON object, whose keys never change
/// their meaning. `python/tumble/runs/run_line.py` reads it. Lines for people say the same and may change.

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tumble/evaluation/potential.h"
#include "tumble/frames/symmetrizer.h"

namespace tumble {

/// What an engine adds: keys and values of its own.
using RunFacts = std::vector<std::pair<std::string, std::variant<std::string, std::int64_t, double>>>;

/// The line, without a newline:
///
///   format       "tumble-run-1"
///   engine       "lammps", "i-pi"
///   versions     of tumble and torch
///   model        name, absolute path, species, cutoff (Å), depth, dtype, symmetry ("exact", "approximate")
///   symmetrize, mode, seed, frames, degree   see `add_rotations` of tumble/evaluation/json_line.h
///   device       as torch writes it
///   threads      of torch, at most
///
/// and what the engine adds.
std::string run_line(const std::string& engine, const Potential& potential, const Symmetrizer& symmetrizer,
                     const RunFacts& facts);

}  // namespace tumble
