/* SPDX-License-Identifier: GPL-2.0-only */
#ifdef COMPUTE_CLASS
// clang-format off
ComputeStyle(tumble/symmetry/atom,ComputeTumbleSymmetryAtom);
// clang-format on
#else

#ifndef LMP_COMPUTE_TUMBLE_SYMMETRY_ATOM_H
#define LMP_COMPUTE_TUMBLE_SYMMETRY_ATOM_H

/// compute tumble/symmetry/atom: the change of the force on each atom when a model's results are averaged over a set of
/// rotations; see docs/pair_tumble.md.

#include "compute_tumble.h"

namespace LAMMPS_NS {

class ComputeTumbleSymmetryAtom : public ComputeTumble {
 public:
  ComputeTumbleSymmetryAtom(class LAMMPS *, int, char **);
  ~ComputeTumbleSymmetryAtom() override;

  void compute_peratom() override;
  double memory_usage() override;

 private:
  int allocated_ = 0;    // rows of the array
};

}    // namespace LAMMPS_NS

#endif
#endif
