/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LMP_COMPUTE_TUMBLE_H
#define LMP_COMPUTE_TUMBLE_H

/// The common base of the computes tumble/symmetry and tumble/symmetry/atom: keywords, the pair style, and the results
/// of its model averaged over a set of rotations, together with those in the lab frame.
///
/// The computes evaluate the structure of the pair style's last evaluation, when they are invoked. They change nothing
/// in the run.

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
  /// Evaluate, unless the pair style hasn't evaluated anything since the last call. All ranks must call it.
  void evaluate();

  tumble::Frames frames_;            // rotations of the last evaluation; `bare` is the lab frame
  tumble::Evaluation evaluation_;    // this rank's part, eV and Å
  double energy_unit_ = 1.0;         // 1 eV in LAMMPS' units
  int model_atoms_ = 0;              // number of this rank's atoms that the model sees
  /// Averaged minus bare force on each of LAMMPS' atoms, complete for the atoms of this rank; in LAMMPS' units.
  std::vector<tumble::Vector3> differences_;

 private:
  class PairTumble &find_pair() const;
  void collect_differences(const class LammpsGraph &);

  tumble::Symmetrizer symmetrizer_;
  std::int64_t instance_ = 0;    // number of the pair style, counted from 1; 0 for the only one
  bigint evaluated_ = -1;        // the pair style's number of evaluations at the last call
};

}    // namespace LAMMPS_NS

#endif
