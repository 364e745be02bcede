/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_ATOM_VIRIALS_H
#define TUMBLE_ATOM_VIRIALS_H

/// A partition of the virial among the atoms: each edge's term is split between its two.

#include "lammps_graph.h"
#include "tumble/evaluation/evaluation.h"

namespace LAMMPS_NS {

/// @param energy_unit 1 eV in the unit of `vatom`
/// @param vatom by LAMMPS' indices, to which the terms are added: xx yy zz xy xz yz
void add_atom_virials(const LammpsGraph &graph, const tumble::Evaluation &evaluation, double energy_unit,
                      double **vatom);

}    // namespace LAMMPS_NS

#endif
