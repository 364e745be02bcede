"""Cores that a control group leaves, in both versions of control groups."""

from __future__ import annotations

from pathlib import Path

import pytest

from tumble.launch import machine
from tumble.launch.machine import available_cores, available_gpus


def groups(folder: Path, membership: str, files: dict[str, str]) -> float | None:
    """Quota in made-up control groups."""
    for name, text in files.items():
        path = folder / "cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "membership").write_text(membership)
    return machine._quota(folder / "membership", folder / "cgroup")


@pytest.mark.parametrize(
    ("membership", "files", "cores"),
    [
        ("0::/\n", {}, None),
        ("0::/job/step\n", {"job/cpu.max": "350000 100000\n", "job/step/cpu.max": "max 100000\n"}, 3.5),
        ("0::/elsewhere\n", {"cpu.max": "200000 100000\n"}, 2.0),
        (
            "3:cpu,cpuacct:/job\n2:memory:/job\n",
            {"cpu/job/cpu.cfs_quota_us": "150000\n", "cpu/job/cpu.cfs_period_us": "100000\n"},
            1.5,
        ),
        ("3:cpu:/\n", {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
    ],
)
def test_quota(tmp_path: Path, membership: str, files: dict[str, str], cores: float | None) -> None:
    assert groups(tmp_path, membership, files) == cores


def test_cores_are_those_of_the_affinity_and_the_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda process: set(range(8)))
    for quota, cores in ((None, 8), (2.9, 2), (0.5, 1), (64.0, 8)):
        monkeypatch.setattr(machine, "_quota", lambda *_, quota=quota: quota)
        assert available_cores() == cores


def test_gpus_are_those_that_are_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,5")
    assert available_gpus() == ["2", "5"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert available_gpus() == []
