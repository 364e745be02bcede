/* SPDX-License-Identifier: GPL-2.0-only */
#ifdef PAIR_CLASS
// clang-format off
PairStyle(tumble,PairTumble);
// clang-format on
#else

#ifndef LMP_PAIR_TUMBLE_H
#define LMP_PAIR_TUMBLE_H

/// pair_style tumble: a machine-learning potential from a TorchScript model file; see docs/pair_tumble.md.
///
/// Energies, forces and virial come from the core in eV, Å and are converted to LAMMPS' units here. `compute pair`
/// hands out the frame torque (energy/rad), and energy and frame torque of the bare frame.
///
/// Each rank evaluates the energies of its own atoms, with copies of the others' that these see; LAMMPS adds the forces
/// on ghosts to their owners.

#include "pair.h"

#include "doubts.h"
#include "frame_stream.h"
#include "halo.h"
#include "lammps_graph.h"
#include "pair_log.h"
#include "tumble/evaluation/potential.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace LAMMPS_NS {

class PairTumble : public Pair {
 public:
  explicit PairTumble(class LAMMPS *);
  ~PairTumble() override;

  void compute(int, int) override;
  void settings(int, char **) override;
  void coeff(int, char **) override;
  void init_style() override;
  double init_one(int, int) override;
  void setup() override;
  void finish() override;
  double memory_usage() override;

  /// All pair styles of this name, in the order of the input; several are parts of pair_style hybrid.
  static std::vector<PairTumble *> instances(class Force &);

  /// How often forces have been computed in all.
  bigint evaluations() const { return evaluations_; }

  /// @throws tumble::ConfigurationError unless the last evaluation was of this step, and of the atoms that are there
  void require_evaluation() const;

  /// What the last evaluation looked at, from other frames: this rank's part, in eV, Å. It touches nothing of the run.
  void evaluate(const tumble::Frames &, tumble::Evaluation &) const;

  /// Of the last evaluation, to which the results of `evaluate` belong.
  const LammpsGraph &graph() const { return graph_; }

  /// What LAMMPS' users call an atom of that graph.
  std::string atom_name(std::int64_t) const;

 private:
  void allocate();
  int rank_on_node() const;
  void load(const std::string &model, const char *const *elements);
  bool passes_messages_to_ghosts() const;
  double hop() const;
  double halo_width() const;
  void set_halo();
  void forget_model();
  bool list_is_new();
  void stop_if_failed(const std::string &mine, bool evaluated);
  void add_forces();
  void tally(const tumble::Graph &);

  tumble::LoadOptions options_;
  FrameStream frames_;
  std::unique_ptr<tumble::Potential> potential_;
  std::vector<std::int64_t> species_of_type_;    // of the model, by atom type from 1; -1 for NULL
  std::vector<std::string> symbol_of_type_;
  double energy_unit_ = 1.0;    // 1 eV in LAMMPS' units
  Halo halo_;
  PairLog log_;
  Doubts doubts_;
  LammpsGraph graph_;
  tumble::Evaluation evaluation_;
  bool restarted_ = true;    // a new neighbour list may be there although its counters don't say so
  std::pair<bigint, bigint> last_build_;
  bigint evaluations_ = 0;
  bigint evaluated_step_ = -1;    // of the last evaluation in this run
  int evaluated_atoms_ = 0;       // local ones and ghosts, then
};

}    // namespace LAMMPS_NS

#endif
#endif
