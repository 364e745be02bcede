/* SPDX-License-Identifier: GPL-2.0-only */
/// Functions that create the styles; the table in plugin.cpp names them.

#include "compute_tumble_symmetry.h"
#include "compute_tumble_symmetry_atom.h"
#include "pair_tumble.h"

using namespace LAMMPS_NS;

extern "C" {

__attribute__((visibility("default"))) void *create_pair_tumble(void *lmp)
{
  return new PairTumble(static_cast<LAMMPS *>(lmp));
}

__attribute__((visibility("default"))) void *create_compute_tumble_symmetry(void *lmp, int narg, char **arg)
{
  return new ComputeTumbleSymmetry(static_cast<LAMMPS *>(lmp), narg, arg);
}

__attribute__((visibility("default"))) void *create_compute_tumble_symmetry_atom(void *lmp, int narg, char **arg)
{
  return new ComputeTumbleSymmetryAtom(static_cast<LAMMPS *>(lmp), narg, arg);
}
}
