#pragma once
/// The line in the log of an engine for programs: `tumble: ` and a JSON object, whose keys never change their meaning.
/// `python/tumble/runs/run_line.py` reads it. Human-readable lines in the log have the same content and may change.

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tumble/evaluation/potential.h"
#include "tumble/frames/symmetrizer.h"

namespace tumble {

/// Keys and values that an engine adds.
using RunFacts = std::vector<std::pair<std::string, std::variant<std::string, std::int64_t, double>>>;

/// Return the line, without a newline:
///
///   format       "tumble-run-1"
///   engine       "lammps", "i-pi"
///   versions     of tumble and torch
///   model        name, absolute path, species, cutoff (Å), depth, dtype, symmetry ("exact",
///                "rotations", "approximate")
///   symmetrize, mode, seed, frames, degree   see `add_rotations` of tumble/evaluation/json_line.h
///   device       in torch's notation
///   threads      largest number of threads of torch
///
/// and the keys of the engine.
std::string run_line(const std::string& engine, const Potential& potential, const Symmetrizer& symmetrizer,
                     const RunFacts& facts);

}  // namespace tumble
