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
/// Energies, forces and virial come from the core in eV, Å. `compute pair` hands out the frame torque (eV/rad).

#include "pair.h"

#include "lammps_graph.h"
#include "tumble/potential.h"

#include <memory>

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
  double memory_usage() override;

 private:
  void allocate();
  void load(const std::string &model, const char *const *elements);
  void stop_if_failed(const std::string &mine, bool evaluated);
  void check_neighbor_list() const;
  void log_model() const;
  void add_forces(const tumble::Evaluation &);
  void tally(const tumble::Graph &, const tumble::Evaluation &);
  void tally_atom_virials(const tumble::Graph &, const tumble::Evaluation &);

  tumble::LoadOptions options_;
  std::unique_ptr<tumble::Potential> potential_;
  std::string model_path_;
  std::vector<std::int64_t> species_of_type_;    // of the model, by atom type from 1
  std::vector<std::string> symbol_of_type_;
  LammpsGraph graph_;
  tumble::Evaluation evaluation_;
  bool rebuild_ = true;    // a new neighbour list may be there although neighbor->ago doesn't say so
};

}    // namespace LAMMPS_NS

#endif
#endif
