"""Cores and GPUs that a run may use: affinity, as set by a batch system, and the quota of its control group."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")
_GPUS = Path("/proc/driver/nvidia/gpus")
_ATOMS_PER_THREAD = 48  # in a batch, for which a further thread is worthwhile: 192 atoms take four


@dataclass(frozen=True)
class Machine:
    """What may be used.

    Attributes:
        cores: Number of cores.
        gpus: Names of the GPUs.
    """

    cores: int
    gpus: tuple[str, ...] = ()


def this_machine() -> Machine:
    """Return what this process may use."""
    return Machine(available_cores(), tuple(available_gpus()))


def useful_threads(atoms: int) -> int:
    """Return the number of threads that is worthwhile for a number of atoms that are evaluated together."""
    return max(1, round(atoms / _ATOMS_PER_THREAD))


def available_cores() -> int:
    """Return the number of cores that the affinity and the control group allow; at least one."""
    cores = len(os.sched_getaffinity(0))
    quota = _quota(Path("/proc/self/cgroup"), _CGROUPS)
    return max(1, cores if quota is None else min(cores, int(quota)))


def available_gpus() -> list[str]:
    """Return the names of the GPUs of NVIDIA for `CUDA_VISIBLE_DEVICES`."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return [name for name in visible.split(",") if name.strip() not in ("", "-1")]
    return [str(number) for number in range(len(list(_GPUS.glob("*"))))]


def _quota(membership: Path, root: Path) -> float | None:
    """Return the smallest quota of the control groups of this process, in cores; None without one.

    Args:
        membership: `/proc/self/cgroup`, with lines `NUMBER:CONTROLLERS:GROUP`; version 2 has no controllers.
        root: Where control groups are mounted.
    """
    quotas = []
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        _, controllers, group = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        top = root if not controllers else root / "cpu"
        # In a container, the mounted root is the group itself, so that its path may not exist.
        places = [top / group.lstrip("/"), *(top / parent for parent in Path(group.lstrip("/")).parents), top]
        quotas += [quota for place in places if (quota := _quota_of(place)) is not None]
    return min(quotas, default=None)


def _quota_of(group: Path) -> float | None:
    """Return the quota of one control group of either version, in cores."""
    try:
        if (group / "cpu.max").is_file():
            quota, period = (group / "cpu.max").read_text().split()
        else:
            quota = (group / "cpu.cfs_quota_us").read_text().strip()
            period = (group / "cpu.cfs_period_us").read_text().strip()
        return float(quota) / float(period) if quota != "max" and float(quota) > 0 else None
    except (OSError, ValueError):
        return None
