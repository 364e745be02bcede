/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_REQUIREMENTS_H
#define TUMBLE_REQUIREMENTS_H

/// Requirements of pair_style tumble on other settings of LAMMPS. Each function stops all ranks with an error that
/// names an unsuitable setting.

namespace LAMMPS_NS {

class LAMMPS;
class Pair;

/// Refuse a kspace_style, which computes long-range forces that a pair style leaves out; a model leaves none out.
/// LAMMPS initializes the kspace style, with an error of its own, before pair styles, so pair_coeff must call this.
void refuse_kspace(LAMMPS *lmp, const Pair *style);

/// Return 1 eV in the energy unit of the input script.
double energy_unit(LAMMPS *lmp);

/// Check that atoms have IDs and that the neighbor lists have every pair within the cutoff, also around ghosts if these
/// are centers.
///
/// @param messages whether messages pass through ghosts
void check_atoms_and_lists(LAMMPS *lmp, bool messages);

/// Check that LAMMPS can communicate ghosts from the required distance; for init_style, once the ghost cutoff is known.
///
/// @param reach cutoff of pairs and neighbor skin, Å
/// @param halo distance from which ghosts are needed, including the skin, Å; at least `reach`
void check_communication(LAMMPS *lmp, double reach, double halo);

/// Check, after a rebuild of the neighbor lists, that no atoms are lost. If LAMMPS itself moves the atoms, its thermo
/// output checks that as the user has chosen; but fix ipi may lose atoms that i-PI has moved without any message.
void refuse_lost_atoms(LAMMPS *lmp);

}    // namespace LAMMPS_NS

#endif
