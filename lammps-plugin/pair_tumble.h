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
/// hands out the frame torque (energy/rad).
///
/// Each rank evaluates the energies of its own atoms, with copies of the others' that these see; LAMMPS adds the forces
/// on ghosts to their owners.

#include "pair.h"

#include "halo.h"
#include "lammps_graph.h"
#include "tumble/potential.h"

#include <array>
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

 private:
  void allocate();
  int rank_on_node() const;
  void load(const std::string &model, const char *const *elements);
  bool passes_messages_to_ghosts() const;
  double hop() const;
  void set_halo();
  void log_model();
  void forget_model();
  bool list_is_new();
  void stop_if_failed(const std::string &mine, bool evaluated);
  void count_edges(const tumble::Graph &);
  void add_forces();
  void tally(const tumble::Graph &);
  void tally_atom_virials(const tumble::Graph &);

  tumble::LoadOptions options_;
  std::unique_ptr<tumble::Potential> potential_;
  std::string model_path_;
  std::vector<std::int64_t> species_of_type_;    // of the model, by atom type from 1; -1 for NULL
  std::vector<std::string> symbol_of_type_;
  double energy_unit_ = 1.0;    // 1 eV in LAMMPS' units
  Halo halo_;
  std::string logged_;    // what the log already says
  std::string logged_share_;
  LammpsGraph graph_;
  tumble::Evaluation evaluation_;
  bool restarted_ = true;    // a new neighbour list may be there although its counters don't say so
  std::pair<bigint, bigint> last_build_;
  std::array<double, 2> edges_evaluated_{};    // of local atoms and of all, since the start of the run
};

}    // namespace LAMMPS_NS

#endif
#endif
