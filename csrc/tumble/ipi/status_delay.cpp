#include "tumble/ipi/status_delay.h"

#include <algorithm>

namespace tumble {

namespace {

constexpr std::size_t memory = 16;  // number of batches, and of steps, that are remembered
constexpr int steps_without = 1000;
constexpr double longest_delay = 0.1;
constexpr double growth = 1.1, largest_growth = 1.5, decay = 0.998;
/// Part of the longest recent turnaround from which on a batch begins a step: i-PI computed in between. Other batches
/// of a step come at once, since their beads are in the queue already.
constexpr double long_turnaround = 0.3;

template <typename T>
void remember(std::deque<T>& recent, T value) {
    recent.push_back(value);
    if (recent.size() > memory) recent.pop_front();
}

}  // namespace

void StatusDelay::evaluated(std::size_t count, std::size_t batch, double turnaround, double duration) {
    remember(turnarounds_, turnaround);
    remember(durations_, duration);
    const double longest = *std::max_element(turnarounds_.begin(), turnarounds_.end());
    if (turnaround >= long_turnaround * longest) begin_step(count, batch, turnaround);
    step_ += count;
}

void StatusDelay::begin_step(std::size_t count, std::size_t batch, double turnaround) {
    beads_ = step_;
    step_ = 0;
    if (beads_ == 0) return;
    if (pause_ > 0) {
        --pause_;
        return;
    }
    const bool complete = count >= std::min(batch, beads_);
    if (complete) {
        delay_ *= decay;
    } else {
        const double shortest = *std::min_element(durations_.begin(), durations_.end());
        const double wanted = turnaround + std::min((growth - 1.0) * turnaround, shortest);
        delay_ = std::min(delay_ > 0.0 ? std::min(wanted, largest_growth * delay_) : wanted, longest_delay);
    }
    remember(complete_, complete);
    if (complete_.size() == memory && 2 * std::count(complete_.begin(), complete_.end(), true) < int{memory}) {
        pause_ = steps_without;
        delay_ = 0.0;
        complete_.clear();
    }
}

double StatusDelay::delay() const { return step_ < beads_ ? 0.0 : delay_; }

}  // namespace tumble
