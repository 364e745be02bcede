#include "tumble/ipi/gathering.h"

#include "check.h"

using tumble::Gathering;

namespace {

/// Let the beads of a step arrive, `gap` after each other, and be evaluated; return the time from which on they could
/// have been.
double step(Gathering& gathering, double start, std::size_t count, double gap, double duration = 3e-3,
            std::size_t missed = 0) {
    for (std::size_t held = 0; held < count; ++held) gathering.heard(start + gap * static_cast<double>(held), held);
    const double due = gathering.due(count);
    gathering.evaluated(count, missed, duration);
    return due;
}

void all_that_come_are_evaluated_at_once() {
    Gathering gathering(8);
    CHECK_NEAR(step(gathering, 1.0, 8, 100e-6), 1.0007, 1e-12);
    gathering.heard(2.0, 0);
    CHECK(gathering.due(1) > 2.0002);  // more than the last gap
}

void connections_without_use_do_not_delay() {
    Gathering gathering(8);
    const double due = step(gathering, 1.0, 3, 100e-6);
    CHECK(due > 1.0002 && due < 1.0052);
    CHECK(gathering.expected() == 3);
    CHECK_NEAR(step(gathering, 2.0, 3, 100e-6), 2.0002, 1e-12);
}

void a_request_counts_once() {
    Gathering once(2), twice(2);
    for (Gathering* gathering : {&once, &twice, &twice}) gathering->heard(1.0, 0);
    for (Gathering* gathering : {&once, &twice, &twice}) gathering->heard(1.001, 1);
    CHECK(twice.patience() == once.patience());
    CHECK(twice.due(1) == once.due(1));
}

/// After a step with fewer beads the larger number is still expected, but not for ever.
void the_recent_past_counts() {
    Gathering gathering(4);
    step(gathering, 1.0, 4, 100e-6);
    step(gathering, 2.0, 2, 100e-6);
    CHECK(gathering.expected() == 4);
    for (int n = 0; n < 8; ++n) step(gathering, 3.0 + n, 2, 100e-6);
    CHECK(gathering.expected() == 2);
}

void requests_that_the_model_missed_are_waited_for() {
    Gathering gathering(1);
    step(gathering, 1.0, 1, 0.0);
    const double before = gathering.patience();
    CHECK_NEAR(step(gathering, 2.0, 1, 0.0, 3e-3, 2), 2.0, 1e-12);
    CHECK(gathering.expected() == 3);
    CHECK(gathering.patience() > before);
}

void waiting_never_costs_more_than_an_evaluation() {
    Gathering gathering(4);
    for (int n = 0; n < 8; ++n) step(gathering, n, 4, 2e-3, 1e-3);
    CHECK_NEAR(gathering.patience(), 1e-3, 1e-12);
    for (int n = 0; n < 8; ++n) step(gathering, n, 4, 50e-3, 1.0);
    CHECK_NEAR(gathering.patience(), 5e-3, 1e-12);
}

void patience_shrinks_when_requests_come_fast() {
    Gathering gathering(4);
    for (int n = 0; n < 200; ++n) step(gathering, n, 4, 30e-6);
    CHECK_NEAR(gathering.patience(), 60e-6, 5e-6);
}

}  // namespace

int main() {
    all_that_come_are_evaluated_at_once();
    connections_without_use_do_not_delay();
    a_request_counts_once();
    the_recent_past_counts();
    requests_that_the_model_missed_are_waited_for();
    waiting_never_costs_more_than_an_evaluation();
    patience_shrinks_when_requests_come_fast();
    return check::failures();
}
