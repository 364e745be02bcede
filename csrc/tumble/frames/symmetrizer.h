#pragma once
/// From the words that users write to the frames of an evaluation. Every face uses the same words:
///
///   none                                   the lab frame alone
///   tetrahedral, octahedral, icosahedral   a group of 12, 24, 60 rotations, exact to degree 2, 3, 5
///   degree:t                               the smallest set we know that is exact to degree t, up to 12
///   random, random:n                       1 or n fresh rotations for each evaluation
///   random:SET                             a set as above, turned by one fresh random rotation
///   ...+inversion                          each rotation and its improper partner

#include <optional>
#include <string>
#include <vector>

#include "tumble/frames/frames.h"
#include "tumble/frames/random_frames.h"

namespace tumble {

struct SymmetrizeOptions {
    std::string symmetrize = "none";
    /// `average` for Ē, `correction` for Ē − E.
    std::string mode = "average";
    /// Needed for random frames, and only for them.
    std::optional<std::int64_t> seed;
};

/// The words for `symmetrize`, in the order above, without +inversion: the one list, for messages and for help.
const std::vector<std::string>& symmetrize_words();

class Symmetrizer {
  public:
    /// @throws ConfigurationError that lists what there is, and the nearest
    explicit Symmetrizer(const SymmetrizeOptions& options = {});

    const SymmetrizeOptions& options() const { return options_; }

    /// Whether this is an evaluation in the lab frame and nothing else.
    bool trivial() const { return set_.size() == 1 && !random(); }
    /// Whether every key has frames of its own.
    bool random() const { return random_ > 0; }
    bool correction() const { return correction_; }

    /// Evaluations of the model for one structure. Draws nothing.
    std::size_t size() const;

    /// @param key of the random stream; without effect on fixed sets
    Frames frames(const StreamKey& key = {}) const;

    /// Largest degree up to `limit` to which the average is exact, whatever is drawn: that of the set before it is
    /// turned, which a turn doesn't change; 0 for random frames that are no set. Draws nothing.
    int exactness(int limit) const;

    /// `exactness` up to the highest degree of a known set. Computed once, since logs say it at the start of each run.
    int degree() const;

    /// For a log: "icosahedral+inversion, 120 frames, exact to degree 5".
    std::string description() const;

  private:
    Frames draw(const StreamKey& key) const;
    /// Frames of the average, without a lab frame that a correction adds.
    std::size_t averaged() const;

    SymmetrizeOptions options_;
    Frames set_;              // before it is turned
    std::size_t random_ = 0;  // rotations to draw for each key
    bool correction_ = false;
    mutable std::optional<int> degree_;  // takes up to 0.1 s
};

}  // namespace tumble
