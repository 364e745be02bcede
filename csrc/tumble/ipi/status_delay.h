#pragma once
/// Decides how long an answer to STATUS is held back, so that batches of i-PI come complete. No sockets and no clock
/// here.
///
/// i-PI sends a batch as soon as its thread for drivers finds the first beads of a step in the queue, while its main
/// thread may still be adding others. After results that thread asks for the status, and sends nothing before it has
/// the answer (i-PI 3.3, ipi/interfaces/sockets.py, dispatch_recv_batch). So a driver that answers when all beads are
/// in the queue gets them all in one batch. i-PI computes its step in the meantime, so only what exceeds that is lost.
///
/// When the queue is full isn't known, only until when it wasn't: for the turnaround, from STATUS to structures, if
/// these are an incomplete batch. With each step that begins with one, the delay becomes the turnaround and 10 % of it,
/// or the shortest recent evaluation if that is less, since more can't be saved; with each other step it shrinks by 0.2
/// %. Where batches stay incomplete nevertheless, it is given up for a while.

#include <cstddef>
#include <deque>

namespace tumble {

class StatusDelay {
  public:
    /// A batch was evaluated.
    ///
    /// @param count number of structures in it, without copies
    /// @param batch number for which it had places
    /// @param turnaround time from the STATUS that followed the last results to its arrival, s
    /// @param duration of the evaluation, s
    void evaluated(std::size_t count, std::size_t batch, double turnaround, double duration);

    /// Return the delay of the next answer, s: 0 within a step, where the queue isn't empty.
    double delay() const;

  private:
    void begin_step(std::size_t count, std::size_t batch, double turnaround);

    std::deque<double> turnarounds_;  // recent ones
    std::deque<double> durations_;
    std::deque<bool> complete_;  // whether recent steps began with a complete batch
    std::size_t beads_ = 0;      // number of structures in a step; 0 if unknown
    std::size_t step_ = 0;       // number of structures since the step began
    double delay_ = 0.0;
    int pause_ = 0;  // number of steps for which the delay is still given up
};

}  // namespace tumble
