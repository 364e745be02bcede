/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_WAITING_H
#define TUMBLE_WAITING_H

/// The waiting policy of torch's threads, which OpenMP reads from the environment when it is loaded.
///
/// By default a waiting thread spins for milliseconds before it sleeps. If another process needs the core, an
/// evaluation then takes up to a hundred times as long. So threads sleep immediately if other programs compute.
/// Otherwise they sleep after a third of a millisecond, since waking a thread takes time. Settings of the user are
/// kept. `python/tumble/waiting.py` does the same for `tumble`; benchmarks/waiting.py measures it.

namespace LAMMPS_NS {

/// Set OMP_WAIT_POLICY and GOMP_SPINCOUNT of this process unless one of them is set.
///
/// @param threads number of threads of this process
void set_waiting(int threads);

}    // namespace LAMMPS_NS

#endif
