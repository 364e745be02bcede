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
/// Energies, forces and virial come from the core in eV and Å and are converted to LAMMPS' units here. `compute pair`
/// returns the frame torque (energy/rad), and energy and frame torque without the average over rotations.
///
/// Each rank evaluates the energies of its own atoms, which also depend on copies of other ranks' atoms. LAMMPS adds
/// the forces on ghosts to their owners.

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

  /// Return all pair styles of this name, in the order of the input; pair_style hybrid may have several.
  static std::vector<PairTumble *> instances(class Force &);

  /// Number of evaluations of the forces so far.
  bigint evaluations() const { return evaluations_; }

  /// Check that the last evaluation was at this step and with the current atoms.
  /// @throws tumble::ConfigurationError if it wasn't
  void require_evaluation() const;

  /// Repeat the last evaluation with other rotations: this rank's part, in eV and Å. It changes nothing in the run.
  void evaluate(const tumble::Frames &, tumble::Evaluation &) const;

  /// The graph of the last evaluation, which `evaluate` also uses.
  const LammpsGraph &graph() const { return graph_; }

  /// Return the name of an atom of that graph for LAMMPS' users.
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
  std::vector<std::int64_t> species_of_type_;    // the model's species of each atom type from 1; -1 for NULL
  std::vector<std::string> symbol_of_type_;
  double energy_unit_ = 1.0;    // 1 eV in LAMMPS' units
  Halo halo_;
  PairLog log_;
  Doubts doubts_;
  LammpsGraph graph_;
  tumble::Evaluation evaluation_;
  bool restarted_ = true;    // the neighbor list may be new although its counters are the same
  std::pair<bigint, bigint> last_build_;
  bigint evaluations_ = 0;
  bigint evaluated_step_ = -1;    // step of the last evaluation in this run
  int evaluated_atoms_ = 0;       // number of local and ghost atoms in that evaluation
};

}    // namespace LAMMPS_NS

#endif
#endif
