/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_REQUIREMENTS_H
#define TUMBLE_REQUIREMENTS_H

/// What pair_style tumble needs of LAMMPS' other settings. Each function refuses by name what doesn't go, on all ranks.

namespace LAMMPS_NS {

class LAMMPS;
class Pair;

/// A kspace_style adds to a pair style that leaves the long range to it; a model has no such gap.
/// LAMMPS asks the kspace style before pair styles: only pair_coeff comes early enough to say it better.
void refuse_kspace(LAMMPS *lmp, const Pair *style);

/// 1 eV in the energy unit of the input script.
double energy_unit(LAMMPS *lmp);

/// Atoms have IDs, and the neighbor lists hold every pair within the cutoff, also around ghosts where these are
/// centres.
///
/// @param messages whether messages pass through ghosts
void check_atoms_and_lists(LAMMPS *lmp, bool messages);

/// Whether ghosts can come from as far as needed; for init_style, once the ghost cutoff is known.
///
/// @param reach cutoff of pairs and neighbor skin, Å
/// @param halo distance from which ghosts are needed, skin included, Å; no less than `reach`
void check_communication(LAMMPS *lmp, double reach, double halo);

/// Whether all atoms are still there, for when the neighbor lists are new. Where LAMMPS moves the atoms itself, its
/// thermo output asks, and the user decides; what i-PI has moved, fix ipi may lose without a word.
void refuse_lost_atoms(LAMMPS *lmp);

}    // namespace LAMMPS_NS

#endif
