/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_PAIR_LOG_H
#define TUMBLE_PAIR_LOG_H

/// What pair_style tumble says in LAMMPS' log: which model it has, and how much of the work was for ghosts.
///
/// Each line comes once, however many runs there are, as long as it says the same.

#include "tumble/evaluation/potential.h"
#include "tumble/frames/symmetrizer.h"

#include <array>
#include <string>

namespace LAMMPS_NS {

class LAMMPS;

class PairLog {
 public:
  explicit PairLog(LAMMPS *lmp) : lmp_(lmp) {}

  /// At the start of a run.
  ///
  /// @param halo width of the layer of ghosts, Å
  /// @param messages whether messages pass through ghosts
  void write_model(const tumble::Potential &potential, const tumble::Symmetrizer &symmetrizer, double halo,
                   bool messages);

  /// How many of the threads work, with the first evaluation and when it changes, if not all do.
  ///
  /// @param frames from which the structure is seen
  void write_threads(const tumble::Potential &potential, const tumble::Graph &graph, std::size_t frames);

  /// Counts the edges of an evaluation.
  void count(const tumble::Graph &graph);

  /// At the end of a run, over which it counts; all ranks have to call it.
  ///
  /// @param messages as above: without them there is no work for ghosts
  void write_share_of_ghosts(bool messages);

 private:
  LAMMPS *lmp_;
  std::string model_;    // what the log already says
  std::string share_;
  int threads_ = 0;
  std::array<double, 2> edges_{};    // of local atoms and of all, since the start of the run
};

}    // namespace LAMMPS_NS

#endif
