/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LMP_COMPUTE_TUMBLE_H
#define LMP_COMPUTE_TUMBLE_H

/// What the computes tumble/symmetry and tumble/symmetry/atom share: words, the pair style, and its model's results
/// averaged over a set of frames beside those in the lab frame.
///
/// They look at what the last evaluation of the pair style looked at, when something asks, and touch nothing of the
/// run.

#include "compute.h"

#include "tumble/evaluation/evaluation.h"
#include "tumble/frames/symmetrizer.h"

#include <vector>

namespace LAMMPS_NS {

class ComputeTumble : public Compute {
 public:
  ComputeTumble(class LAMMPS *, int, char **);

  void init() override;
  int pack_reverse_comm(int, int, double *) override;
  void unpack_reverse_comm(int, int *, double *) override;
  double memory_usage() override;

 protected:
  /// Evaluates, unless the pair style has done nothing since the last time. All ranks have to call it.
  void evaluate();

  tumble::Frames frames_;            // of the last evaluation; the lab frame is the bare one
  tumble::Evaluation evaluation_;    // this rank's part, eV and Å
  double energy_unit_ = 1.0;         // 1 eV in LAMMPS' units
  int model_atoms_ = 0;              // this rank's atoms that the model sees
  /// Averaged minus bare force on each of LAMMPS' atoms, complete for those of this rank; in LAMMPS' units.
  std::vector<tumble::Vector3> differences_;

 private:
  class PairTumble &find_pair() const;
  void collect_differences(const class LammpsGraph &);

  tumble::Symmetrizer symmetrizer_;
  std::int64_t instance_ = 0;    // of the pair style, counted from 1; 0 for the only one
  bigint evaluated_ = -1;        // the pair style's count of evaluations, then
};

}    // namespace LAMMPS_NS

#endif
