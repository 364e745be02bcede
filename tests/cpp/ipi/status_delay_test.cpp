#include "tumble/ipi/status_delay.h"

#include <algorithm>

#include "check.h"

using tumble::StatusDelay;

namespace {

constexpr double dispatch = 0.2e-3;  // time that i-PI takes to send what is in its queue

/// An i-PI that computes for a time after the results, and then has all beads in its queue; the last third of that time
/// it adds them. Its thread for drivers sends what it finds there.
struct Server {
    std::size_t beads, batch;
    double computes;
    StatusDelay delay = {};
    std::size_t batches = 0;
    double lost = 0.0;  // time after all beads were in the queue

    void step(double duration = 5e-3) {
        const double held_back = delay.delay();
        const double share = 3.0 * held_back / computes - 2.0;  // of the beads that are in the queue
        std::size_t found = share >= 1.0 ? beads : share <= 0.0 ? 1 : 1 + static_cast<std::size_t>(share * (beads - 1));
        double turnaround = std::max(held_back, 2.0 / 3.0 * computes) + dispatch;
        lost += std::max(0.0, held_back - computes);
        for (std::size_t left = beads; left > 0;
             found = left, turnaround = dispatch + (left < beads ? delay.delay() : 0)) {
            const std::size_t sent = std::min({found, batch, left});
            delay.evaluated(sent, batch, turnaround, duration);
            left -= sent;
            ++batches;
        }
    }

    /// Return the mean number of batches in a step, after a time of learning.
    double batches_in_a_step(int steps = 1000) {
        for (int n = 0; n < 100; ++n) step();
        batches = 0;
        lost = 0.0;
        for (int n = 0; n < steps; ++n) step();
        return static_cast<double>(batches) / steps;
    }
};

void incomplete_batches_become_complete() {
    Server server{8, 8, 3e-3};
    CHECK(server.batches_in_a_step() < 1.05);
    CHECK(server.lost < 0.1 * 1000 * server.computes);
}

void complete_batches_are_left_alone() {
    StatusDelay delay;
    for (int n = 0; n < 100; ++n) {
        delay.evaluated(8, 16, 6e-3, 3e-3);
        CHECK(delay.delay() == 0.0);
    }
}

/// 32 beads in batches of 5, the last of 2: all are in the queue, so nothing is incomplete that could be complete.
void remainders_are_not_waited_for() {
    StatusDelay delay;
    for (int n = 0; n < 100; ++n) {
        for (int k = 0; k < 7; ++k) {
            delay.evaluated(k < 6 ? 5 : 2, 5, k == 0 ? 6e-3 : dispatch, 3e-3);
            CHECK(delay.delay() == 0.0);
        }
    }
}

void the_delay_is_applied_between_steps_alone() {
    StatusDelay delay;
    for (int n = 0; n < 20; ++n) {
        delay.evaluated(3, 4, 2e-3, 3e-3);
        CHECK(n == 0 || delay.delay() == 0.0);
        delay.evaluated(1, 4, dispatch, 3e-3);
    }
    CHECK(delay.delay() == 0.0 || delay.delay() >= 2e-3);
}

/// The queue wasn't full for 50 ms; at most an evaluation of 1 ms is waited for beyond that.
void the_delay_costs_no_more_than_an_evaluation() {
    StatusDelay delay;
    for (int n = 0; n < 3; ++n) {
        delay.evaluated(3, 4, 50e-3, 1e-3);
        delay.evaluated(1, 4, dispatch, 1e-3);
    }
    CHECK(delay.delay() > 50e-3 && delay.delay() < 51.01e-3);
}

void what_does_not_help_is_given_up() {
    StatusDelay delay;
    for (int n = 0; n < 100; ++n) {
        delay.evaluated(3, 4, delay.delay() + 5e-3, 3e-3);
        delay.evaluated(1, 4, dispatch, 3e-3);
    }
    CHECK(delay.delay() == 0.0);
}

}  // namespace

int main() {
    incomplete_batches_become_complete();
    complete_batches_are_left_alone();
    remainders_are_not_waited_for();
    the_delay_is_applied_between_steps_alone();
    the_delay_costs_no_more_than_an_evaluation();
    what_does_not_help_is_given_up();
    return check::failures();
}
