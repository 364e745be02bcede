/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_FAILURE_H
#define TUMBLE_FAILURE_H

/// How a failure on any rank becomes one line of LAMMPS' on all of them, and the frame that failed a file.
///
/// A rank that fails alone mustn't call error->one: the others would wait for it until MPI ends them, and two that fail
/// print two lines. So every rank catches its own failure, all agree, and all call error->all.

#include "tumble/graph/structure.h"

#include <mpi.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace LAMMPS_NS {

class LAMMPS;

/// Runs a piece of work and returns the text of what it throws, on one line; empty if it throws nothing.
///
/// @param atom_name what LAMMPS' users call the atom that the core calls by this index
std::string catch_failure(const std::function<void()> &work,
                          const std::function<std::string(std::int64_t)> &atom_name = {});

/// The failure of the lowest rank that has one, on every rank; empty if none has. All ranks have to call it.
///
/// @param failure empty on a rank without one
std::string agree_on_failure(MPI_Comm world, const std::string &failure);

/// Writes the present atoms, sorted by ID, as `tumble_failed_STEP.extxyz`, with the number of the partition before the
/// suffix if there are several. All ranks have to call it. A file that can't be written is no further failure.
///
/// @param symbol_of_type chemical symbol of each atom type, counted from 1; an empty one becomes X
/// @param atom_of_node index in LAMMPS' arrays, ghosts included, of each entry of `forces`
/// @param forces contributions in eV/Å, summed by atom ID over all ranks; written unless a rank has too few of them
/// @returns "the frame is in FILE", or why it isn't; on every rank
std::string write_failed_frame(LAMMPS *lmp, const std::vector<std::string> &symbol_of_type,
                               const std::vector<int> &atom_of_node, const std::vector<tumble::Vector3> &forces);

}    // namespace LAMMPS_NS

#endif
