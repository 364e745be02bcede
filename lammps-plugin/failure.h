/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_FAILURE_H
#define TUMBLE_FAILURE_H

/// Failures on any rank: all ranks stop with the same error of LAMMPS, and the atoms at the failed step are written to
/// a file.
///
/// A rank that fails alone mustn't call error->one: the others would wait for it until MPI ends them, and two failing
/// ranks would print two lines. So every rank catches its own failure, all ranks agree on one, and all call error->all.

#include "tumble/graph/structure.h"

#include <mpi.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace LAMMPS_NS {

class LAMMPS;

/// Call a function and return the text of its exception, on one line; empty if it throws none.
///
/// @param atom_name function that returns the name of an atom for LAMMPS' users, from the core's index
std::string catch_failure(const std::function<void()> &work,
                          const std::function<std::string(std::int64_t)> &atom_name = {});

/// Return, on every rank, the failure of the lowest rank that has one; empty if none has. All ranks must call it.
///
/// @param failure failure of this rank; empty without one
std::string agree_on_failure(MPI_Comm world, const std::string &failure);

/// Write the current atoms, sorted by ID, as `tumble_failed_STEP.extxyz`, with the number of the partition before the
/// suffix if there are several. All ranks must call it. If the file can't be written, this isn't another failure.
///
/// @param symbol_of_type chemical symbol of each atom type, counted from 1; an empty one becomes X
/// @param atom_of_node index in LAMMPS' arrays, ghosts included, of each entry of `forces`
/// @param forces contributions in eV/Å, summed by atom ID over all ranks; left out if a rank has too few of them
/// @returns on every rank, "the frame is in FILE" or the reason why it couldn't be written
std::string write_failed_frame(LAMMPS *lmp, const std::vector<std::string> &symbol_of_type,
                               const std::vector<int> &atom_of_node, const std::vector<tumble::Vector3> &forces);

}    // namespace LAMMPS_NS

#endif
