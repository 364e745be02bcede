#include "tumble/ipi/gathering.h"

#include <algorithm>

namespace tumble {

namespace {

constexpr std::size_t memory = 8;  // number of evaluations that are remembered
constexpr double longest_patience = 5e-3;
constexpr double shortest_gap = 20e-6;  // a process isn't woken up faster
constexpr double forgetting = 0.97;     // of the longest gap, with each evaluation

template <typename T>
void remember(std::deque<T>& recent, T value) {
    recent.push_back(value);
    if (recent.size() > memory) recent.pop_front();
}

}  // namespace

void Gathering::heard(double time, std::size_t held) {
    if (held > 0) gap_ = std::max(gap_, std::min(time - last_, longest_patience));
    last_ = time;
}

double Gathering::due(std::size_t held) const { return held >= expected_ ? last_ : last_ + patience(); }

double Gathering::patience() const {
    const double bound =
        durations_.empty() ? longest_patience : *std::min_element(durations_.begin(), durations_.end());
    return std::min({2.0 * gap_, bound, longest_patience});
}

void Gathering::evaluated(std::size_t held, std::size_t missed, double duration) {
    remember(durations_, duration);
    remember(recent_, held + missed);
    expected_ = *std::max_element(recent_.begin(), recent_.end());
    gap_ = missed > 0 ? std::min(2.0 * gap_, longest_patience) : std::max(forgetting * gap_, shortest_gap);
}

}  // namespace tumble
