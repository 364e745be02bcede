/* SPDX-License-Identifier: GPL-2.0-only */
#include "requirements.h"

#include "comm.h"
#include "domain.h"
#include "error.h"
#include "force.h"
#include "lammps.h"

#include <cmath>

using namespace LAMMPS_NS;

void LAMMPS_NS::refuse_kspace(LAMMPS *lmp, const Pair *style)
{
  // with pair_style hybrid, another sub-style may be what kspace belongs to
  if (lmp->force->kspace && lmp->force->pair == style)
    lmp->error->all(FLERR,
                    "pair_style tumble: expected no `kspace_style`, got `{}`; the model has its long range, if any, in "
                    "itself; use `kspace_style none`, or pair_style hybrid with a style for the charges",
                    lmp->force->kspace_style);
}

void LAMMPS_NS::check_communication(LAMMPS *lmp, double reach, double halo)
{
  const Comm &comm = *lmp->comm;
  // by collections, ghosts come from as far as pairs reach, whatever `comm->cutghostuser` says
  if (comm.mode != Comm::SINGLE && halo > reach)
    lmp->error->all(
        FLERR,
        "pair_style tumble: expected `comm_modify mode single`, got mode {}; message passing needs ghosts of "
        "all types from {} A away",
        comm.mode == Comm::MULTI ? "multi" : "multi/old", halo);

  if (comm.style != Comm::TILED) return;
  const Domain &domain = *lmp->domain;
  // distance between opposite faces: LAMMPS counts in fractional coordinates, with the inverse of the cell
  const double *inverse = domain.h_inv;
  const double heights[3] = {1.0 / std::hypot(inverse[0], inverse[5], inverse[4]),
                             1.0 / std::hypot(inverse[1], inverse[3]), 1.0 / inverse[2]};
  for (int a = 0; a < 3; ++a)
    if (domain.periodicity[a] && halo > heights[a])
      lmp->error->all(
          FLERR,
          "pair_style tumble: expected a box of at least {} A along {}, from where `comm_style tiled` has to "
          "bring ghosts, got {} A; use `comm_style brick`",
          halo, "xyz"[a], heights[a]);
}
