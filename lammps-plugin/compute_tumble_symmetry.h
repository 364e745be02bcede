/* SPDX-License-Identifier: GPL-2.0-only */
#ifdef COMPUTE_CLASS
// clang-format off
ComputeStyle(tumble/symmetry,ComputeTumbleSymmetry);
// clang-format on
#else

#ifndef LMP_COMPUTE_TUMBLE_SYMMETRY_H
#define LMP_COMPUTE_TUMBLE_SYMMETRY_H

/// compute tumble/symmetry: the change of a model's results when they are averaged over a set of rotations; see
/// docs/pair_tumble.md.

#include "compute_tumble.h"

#include <array>

namespace LAMMPS_NS {

class ComputeTumbleSymmetry : public ComputeTumble {
 public:
  ComputeTumbleSymmetry(class LAMMPS *, int, char **);

  double compute_scalar() override;
  void compute_vector() override;

 private:
  void summarize_energies_and_torques();
  void summarize_forces();

  std::array<double, 7> values_{};
  std::array<int, 7> extensive_;
};

}    // namespace LAMMPS_NS

#endif
#endif
