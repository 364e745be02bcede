/* SPDX-License-Identifier: GPL-2.0-only */
#include "compute_tumble_symmetry_atom.h"

#include "atom.h"
#include "memory.h"
#include "update.h"

using namespace LAMMPS_NS;

/* ---------------------------------------------------------------------- */

ComputeTumbleSymmetryAtom::ComputeTumbleSymmetryAtom(LAMMPS *lmp, int narg, char **arg) : ComputeTumble(lmp, narg, arg)
{
  peratom_flag = 1;
  size_peratom_cols = 4;    // x, y, z and magnitude
}

/* ---------------------------------------------------------------------- */

ComputeTumbleSymmetryAtom::~ComputeTumbleSymmetryAtom()
{
  memory->destroy(array_atom);
}

/* ---------------------------------------------------------------------- */

void ComputeTumbleSymmetryAtom::compute_peratom()
{
  invoked_peratom = update->ntimestep;
  evaluate();
  if (atom->nmax > allocated_) {
    memory->destroy(array_atom);
    allocated_ = atom->nmax;
    memory->create(array_atom, allocated_, size_peratom_cols, "tumble/symmetry/atom:array_atom");
  }
  for (int i = 0; i < atom->nlocal; ++i) {
    const auto &difference = differences_[i];
    for (int a = 0; a < 3; ++a) array_atom[i][a] = difference[a];
    array_atom[i][3] = tumble::norm(difference);
  }
}

/* ---------------------------------------------------------------------- */

double ComputeTumbleSymmetryAtom::memory_usage()
{
  return ComputeTumble::memory_usage() + static_cast<double>(allocated_) * size_peratom_cols * sizeof(double);
}
