/* SPDX-License-Identifier: GPL-2.0-only */
#include "requirements.h"

#include "atom.h"
#include "comm.h"
#include "domain.h"
#include "error.h"
#include "force.h"
#include "group.h"
#include "lammps.h"
#include "modify.h"
#include "neighbor.h"
#include "update.h"
#include "utils.h"

#include "tumble/base/units.h"

#include <cmath>
#include <cstring>

using namespace LAMMPS_NS;

namespace {

bool has_fix(LAMMPS *lmp, const std::string &style)
{
  return !lmp->modify->get_fix_by_style("^" + style + "$").empty();
}

/// Return whether neigh_modify excludes pairs of groups, apart from the empty group that fix widom makes.
bool excludes_groups(LAMMPS *lmp)
{
  const Neighbor &neighbor = *lmp->neighbor;
  for (int k = 0; k < neighbor.nex_group; ++k)
    if (!utils::strmatch(lmp->group->names[neighbor.ex1_group[k]], "^FixWidom:")) return true;
  return false;
}

}    // namespace

void LAMMPS_NS::refuse_kspace(LAMMPS *lmp, const Pair *style)
{
  // with pair_style hybrid, kspace may belong to another sub-style
  if (lmp->force->kspace && lmp->force->pair == style)
    lmp->error->all(
        FLERR,
        "pair_style tumble: expected no `kspace_style`, got `{}`; the model itself contains any long range; "
        "use `kspace_style none`, or pair_style hybrid with a style for the charges",
        lmp->force->kspace_style);
}

double LAMMPS_NS::energy_unit(LAMMPS *lmp)
{
  const char *style = lmp->update->unit_style;
  if (strcmp(style, "metal") == 0) return 1.0;
  if (strcmp(style, "real") != 0)
    lmp->error->all(FLERR, "pair_style tumble: expected `units metal` or `units real`, got `units {}`", style);
  return tumble::units::ev_in_kcal_per_mol;
}

void LAMMPS_NS::check_atoms_and_lists(LAMMPS *lmp, bool messages)
{
  const Atom &atom = *lmp->atom;
  const Force &force = *lmp->force;
  const Neighbor &neighbor = *lmp->neighbor;
  Error *error = lmp->error;
  if (!atom.tag_enable) error->all(FLERR, "pair_style tumble: expected atoms with IDs, got `atom_modify id no`");
  if (lmp->comm->nprocs > 1 && !force.newton_pair)
    error->all(FLERR, "pair_style tumble: expected `newton on` with several MPI ranks, since a rank's energies exert "
                      "forces on atoms of others; got `newton off`");
  if (messages && neighbor.style != Neighbor::BIN && neighbor.style != Neighbor::NSQ)
    error->all(FLERR,
               "pair_style tumble: expected `neighbor bin` or `neighbor nsq` for message passing over several MPI "
               "ranks, since LAMMPS has no lists of ghosts' neighbors in other styles");
  // fixes of Monte Carlo that delete an atom by excluding its pairs
  for (const char *style : {"gcmc", "charge/regulation"})
    if (has_fix(lmp, style))
      error->all(FLERR,
                 "pair_style tumble: expected no fix {}, which leaves deleted atoms in the neighbor lists, where the "
                 "model gives them the energy of free atoms",
                 style);
  if (neighbor.includegroup)
    error->all(FLERR, "pair_style tumble: expected neighbor lists of all atoms, got `neigh_modify include`");
  if (atom.molecular != Atom::ATOMIC)
    for (int k = 1; k <= 3; ++k)
      if (force.special_lj[k] == 0.0 && force.special_coul[k] == 0.0)
        error->all(FLERR, "pair_style tumble: bonded pairs are missing from the neighbor list, since their weight in "
                          "special_bonds is 0; add `special_bonds lj/coul 1.0 1.0 1.0`, or, with a force field that "
                          "leaves them out, `special_bonds lj/coul 1e-50 1e-50 1e-50`");
  // neighbor->exclude is set only after this
  if ((neighbor.nex_type || excludes_groups(lmp) || neighbor.nex_mol) && lmp->comm->me == 0)
    error->warning(FLERR, "pair_style tumble: pairs excluded by neigh_modify are invisible to the model, too");
}

void LAMMPS_NS::check_communication(LAMMPS *lmp, double reach, double halo)
{
  const Comm &comm = *lmp->comm;
  // in the modes with collections, ghosts come only from the range of pairs, whatever `comm->cutghostuser` is
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
  for (int a = 0; a < domain.dimension; ++a)
    if (domain.periodicity[a] && halo > heights[a])
      lmp->error->all(
          FLERR,
          "pair_style tumble: expected a box of at least {} A along {}, the distance from which `comm_style tiled` "
          "must bring ghosts, got {} A; use `comm_style brick`",
          halo, "xyz"[a], heights[a]);
}

void LAMMPS_NS::refuse_lost_atoms(LAMMPS *lmp)
{
  if (!has_fix(lmp, "ipi")) return;
  const bigint mine = lmp->atom->nlocal;
  bigint atoms = 0;
  MPI_Allreduce(&mine, &atoms, 1, MPI_LMP_BIGINT, MPI_SUM, lmp->world);
  if (atoms != lmp->atom->natoms)
    lmp->error->all(FLERR,
                    "pair_style tumble at step {}: expected {} atoms, got {}; fix ipi loses atoms that i-PI has moved "
                    "several boxes away, or out of a box without periodic boundaries; use `tumble drive` instead of "
                    "LAMMPS, or start i-PI again from positions inside the box",
                    lmp->update->ntimestep, lmp->atom->natoms, atoms);
}
