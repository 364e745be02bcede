#pragma once
/// Translation of the words that users write to the frames of an evaluation. Every face uses the same words:
///
///   none                                   the lab frame alone
///   inversion                              the lab frame and its inverse, for a model that breaks parity alone
///   tetrahedral, octahedral, icosahedral   a group of 12, 24, 60 rotations, exact to degree 2, 3, 5
///   degree:t                               the smallest known set that is exact to degree t, up to 12
///   random, random:n                       1 or n new random rotations for each evaluation
///   random:SET                             a set as above, turned by one new random rotation for each evaluation
///   ...+inversion                          each rotation and its improper partner; none+inversion is inversion

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
    /// Required for random rotations; without effect otherwise.
    std::optional<std::int64_t> seed;
};

/// Return the words for `symmetrize`, in the order above, without +inversion: the one list, for messages and help.
const std::vector<std::string>& symmetrize_words();

class Symmetrizer {
  public:
    /// @throws ConfigurationError if a word isn't known; the message lists the words, and the nearest one
    explicit Symmetrizer(const SymmetrizeOptions& options = {});

    const SymmetrizeOptions& options() const { return options_; }

    /// Whether an evaluation uses the lab frame alone.
    bool trivial() const { return set_.size() == 1 && !random(); }
    /// Whether the rotations depend on the key.
    bool random() const { return random_ > 0; }
    bool correction() const { return correction_; }
    /// Whether the average is exact under inversion, whatever is drawn.
    bool averages_parity() const { return tumble::averages_parity(set_); }

    /// Number of evaluations of the model for one structure. Draws nothing.
    std::size_t size() const;

    /// Return the frames of an evaluation.
    /// @param key key of the random stream; without effect on fixed sets
    Frames frames(const StreamKey& key = {}) const;

    /// Return the largest degree, up to `limit`, to which the average is exact for any draw. It is the degree of the
    /// set before it is turned, since turning doesn't change the degree; 0 for `random` and `random:n`. Draws nothing.
    int exactness(int limit) const;

    /// Return `exactness` up to the highest degree of a known set. Computed once and stored.
    int degree() const;

    /// Return a text for logs, such as "icosahedral+inversion, 120 rotations, exact to degree 5".
    std::string description() const;

  private:
    Frames draw(const StreamKey& key) const;
    /// Number of rotations of the average, without the identity that a correction adds.
    std::size_t averaged() const;

    SymmetrizeOptions options_;
    Frames set_;              // the set before it is turned
    std::size_t random_ = 0;  // number of rotations to draw for each key
    bool correction_ = false;
    mutable std::optional<int> degree_;  // computing it takes up to 0.1 s
};

}  // namespace tumble
