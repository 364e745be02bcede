#pragma once
/// The driver's own log of the symmetry error. None of it is sent to the server.

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "tumble/evaluation/potential.h"
#include "tumble/evaluation/symmetry_error.h"
#include "tumble/frames/symmetrizer.h"

namespace tumble {

struct SymmetryLogOptions {
    /// Path of the file; empty for no log.
    std::string path;
    /// Set over which the error is measured, in the words of `Symmetrizer`; by default icosahedral+inversion.
    std::optional<std::string> symmetrize = std::nullopt;
    /// Interval between logged rounds through the beads, 1, 1 + every, 1 + 2 every, ...; by default 100.
    std::optional<std::int64_t> every = std::nullopt;
};

/// A table with one line for each bead of a logged round, flushed after each line. An existing file is continued, with
/// a new heading: human-readable comments, and as its first line, for programs, `# ` and a `json_line`:
///
///   format       "tumble-symmetry-log-1"
///   versions     version of tumble
///   model        name
///   symmetrize, mode, seed, frames, degree   of the set of the log, see `add_rotations`
///   every        interval between logged rounds
class SymmetryLog {
  public:
    /// @param seed seed of random sets
    /// @param model name of the model, for the heading
    /// @throws ConfigurationError if the file can't be opened, or the options are impossible
    SymmetryLog(const SymmetryLogOptions& options, std::optional<std::int64_t> seed, const std::string& model);

    /// Return whether a round, counted from 1, is logged.
    bool due(std::int64_t round) const { return (round - 1) % every_ == 0; }

    /// Return the rotations with which a structure must be evaluated: the set, with the lab frame as `bare`.
    Frames frames(const Structure& structure) const;

    /// Write a line.
    /// @throws Error if the file can't be written
    void write(std::int64_t round, std::int64_t bead, const SymmetryError& error);

  private:
    std::string heading() const;
    void write(const std::string& text);

    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    std::string path_;
    std::int64_t every_;
    Symmetrizer symmetrizer_;
    std::string model_;
    std::unique_ptr<std::FILE, Close> file_;
    bool has_heading_ = false;
    /// Whether the existing file ends within a line.
    bool cut_ = false;
};

/// Open the log; return null without a file.
/// @throws ConfigurationError as `SymmetryLog`, and for a set or an interval without a file
std::unique_ptr<SymmetryLog> open_symmetry_log(const SymmetryLogOptions& options, std::optional<std::int64_t> seed,
                                               const std::string& model);

}  // namespace tumble
