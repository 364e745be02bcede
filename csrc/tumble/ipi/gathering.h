#pragma once
/// Decides how long structures that have arrived wait for others, to be evaluated with them. No sockets and no clock
/// here: all times are arguments, in seconds.
///
/// i-PI hands out the beads of a step one after the other, some tens of microseconds apart, and a driver with several
/// connections gets one bead with each. Evaluated together, the beads share the overhead of one evaluation; so waiting
/// for the next bead pays if it comes soon, and can cost more than it saves if it doesn't come at all. The number to
/// expect and the time between two requests are learned from the recent past:
///
/// - Everything is evaluated at once when as many connections have a structure as in the largest of the last
///   evaluations. Connections that the server doesn't use aren't waited for.
/// - Otherwise, when since the last request more than twice the longest recent time between two requests has passed.
///   That time is at most the shortest recent evaluation, which waiting can save, and at most 5 ms. Requests without a
///   structure count, too: i-PI asks for the status of a connection, and initializes it, before it sends one.

#include <cstddef>
#include <deque>

namespace tumble {

class Gathering {
  public:
    /// @param connections number that is expected at first
    explicit Gathering(std::size_t connections) : expected_(connections) {}

    /// The last request arrived at this time; again the same time changes nothing.
    /// @param held number of connections that had structures before
    void heard(double time, std::size_t held);

    /// Return the time from which on the structures are to be evaluated.
    /// @param held number of connections with structures, at least one
    double due(std::size_t held) const;

    /// These structures have been evaluated.
    /// @param held as for `due`
    /// @param missed number of connections that have received something meanwhile: there, waiting would have helped
    /// @param duration of the evaluation
    void evaluated(std::size_t held, std::size_t missed, double duration);

    /// Number of connections that is expected.
    std::size_t expected() const { return expected_; }
    /// Longest wait after a request.
    double patience() const;

  private:
    std::size_t expected_;
    std::deque<std::size_t> recent_;  // numbers of connections in the last evaluations
    std::deque<double> durations_;    // of the last evaluations
    double gap_ = 0.5e-3;             // longest recent time between two requests
    double last_ = 0.0;               // time of the last request
};

}  // namespace tumble
