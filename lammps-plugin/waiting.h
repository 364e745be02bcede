/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_WAITING_H
#define TUMBLE_WAITING_H

/// How the threads of torch wait for each other, which OpenMP reads from the environment when it is loaded.
///
/// By default a waiting thread computes for milliseconds before it sleeps. Next to another process that wants the core,
/// an evaluation then takes up to a hundred times as long. So threads sleep at once where other programs compute, and
/// after a third of a millisecond where none does, since waking a thread takes time. What the user has set stays.
/// `python/tumble/waiting.py` does the same for `tumble`; measured by benchmarks/waiting.py.

namespace LAMMPS_NS {

/// Sets OMP_WAIT_POLICY and GOMP_SPINCOUNT of this process unless one of them is set.
///
/// @param threads of this process
void set_waiting(int threads);

}    // namespace LAMMPS_NS

#endif
