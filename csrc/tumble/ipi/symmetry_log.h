#pragma once
/// The driver's own file about the symmetry error. Nothing of it goes to the server.

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "tumble/evaluation/potential.h"
#include "tumble/evaluation/symmetry_error.h"
#include "tumble/frames/symmetrizer.h"

namespace tumble {

struct SymmetryLogOptions {
    /// The file; empty for none.
    std::string path;
    /// The set over which the error is measured, in the words of `Symmetrizer`; by default icosahedral+inversion.
    std::optional<std::string> symmetrize = std::nullopt;
    /// The rounds 1, 1 + every, 1 + 2 every, ... through the beads are logged; by default 100.
    std::optional<std::int64_t> every = std::nullopt;
};

/// A table with a line per bead of a logged round, written out at once. A file that exists is continued, with a
/// new heading: comments for people, and the first line for programs, `# ` and a `json_line`:
///
///   format       "tumble-symmetry-log-1"
///   versions     of tumble
///   model        name
///   symmetrize, mode, seed, frames, degree   of the set of the log, see `add_rotations`
///   every        rounds from one that is logged to the next
class SymmetryLog {
  public:
    /// @param seed of random sets
    /// @param model its name, for the heading
    /// @throws ConfigurationError if the file can't be opened, or the options are impossible
    SymmetryLog(const SymmetryLogOptions& options, std::optional<std::int64_t> seed, const std::string& model);

    /// Whether a round, counted from 1, is one to log.
    bool due(std::int64_t round) const { return (round - 1) % every_ == 0; }

    /// The frames in which a structure has to be evaluated: the set, with the lab frame as `bare`.
    Frames frames(const Structure& structure) const;

    /// Writes a line.
    /// @throws ConfigurationError if the file can't be written
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
    /// Whether what was in the file ends within a line.
    bool cut_ = false;
};

/// The log, or none without a file.
/// @throws ConfigurationError as `SymmetryLog`, and for a set or a number of rounds without a file
std::unique_ptr<SymmetryLog> open_symmetry_log(const SymmetryLogOptions& options, std::optional<std::int64_t> seed,
                                               const std::string& model);

}  // namespace tumble
