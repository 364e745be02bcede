/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_PAIR_LOG_H
#define TUMBLE_PAIR_LOG_H

/// The lines of pair_style tumble in LAMMPS' log: the model, and the share of the work that was for ghosts.
///
/// A line is repeated in a later run only if it has changed.

#include "tumble/evaluation/potential.h"
#include "tumble/frames/symmetrizer.h"

#include <array>
#include <string>

namespace LAMMPS_NS {

class LAMMPS;

class PairLog {
 public:
  explicit PairLog(LAMMPS *lmp) : lmp_(lmp) {}

  /// Write, at the start of a run, the model and its settings.
  ///
  /// @param halo width of the layer of ghosts, Å
  /// @param messages whether messages pass through ghosts
  void write_model(const tumble::Potential &potential, const tumble::Symmetrizer &symmetrizer, double halo,
                   bool messages);

  /// Write how many threads work if not all do, at the first evaluation and after each change.
  ///
  /// @param frames number of rotations
  void write_threads(const tumble::Potential &potential, const tumble::Graph &graph, std::size_t frames);

  /// Count the edges of an evaluation.
  void count(const tumble::Graph &graph);

  /// Write, at the end of a run, the share of edges in that run that was for ghosts. All ranks must call it.
  ///
  /// @param messages whether messages pass through ghosts; otherwise there is no work for ghosts
  void write_share_of_ghosts(bool messages);

 private:
  LAMMPS *lmp_;
  std::string model_;    // lines that are already in the log
  std::string share_;
  int threads_ = 0;
  std::array<double, 2> edges_{};    // edges of local atoms and of all atoms, since the start of the run
};

}    // namespace LAMMPS_NS

#endif
