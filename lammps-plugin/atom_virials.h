/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_ATOM_VIRIALS_H
#define TUMBLE_ATOM_VIRIALS_H

/// A partition of the virial among the atoms: the term of each edge is split between its two atoms.

#include "lammps_graph.h"
#include "tumble/evaluation/evaluation.h"

namespace LAMMPS_NS {

/// Add the terms of all edges to the virials of atoms.
/// @param energy_unit 1 eV in the unit of `vatom`
/// @param vatom xx yy zz xy xz yz of each atom, by LAMMPS' index
void add_atom_virials(const LammpsGraph &graph, const tumble::Evaluation &evaluation, double energy_unit,
                      double **vatom);

}    // namespace LAMMPS_NS

#endif
