"""The rule that includes between folders of the C++ code point one way."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

CSRC = Path(__file__).parents[2] / "csrc"
spec = importlib.util.spec_from_file_location("include_floors", CSRC / "include_floors.py")
assert spec is not None
assert spec.loader is not None
include_floors = importlib.util.module_from_spec(spec)
spec.loader.exec_module(include_floors)


def test_includes_point_one_way() -> None:
    assert list(include_floors.faults()) == []


@pytest.mark.parametrize(
    ("file", "include", "reason"),
    [
        ("csrc/tumble/graph/a.h", '"tumble/graph/graph.h"', None),
        ("csrc/tumble/graph/a.h", '"tumble/base/error.h"', None),
        ("csrc/tumble/base/a.h", '"tumble/graph/graph.h"', "`tumble/base` may include nothing but itself"),
        (
            "csrc/tumble/model/a.cpp",
            '"tumble/frames/frames.h"',
            "`tumble/model` may include `tumble/base`, `tumble/graph`",
        ),
        ("csrc/operators/a.cpp", '"tumble/base/error.h"', "`operators` may include nothing but itself"),
        ("csrc/tumble/ipi/a.cpp", '"graph.h"', "expected the whole path"),
        ("csrc/tumble/ipi/a.h", "<pybind11/pybind11.h>", "headers of Python belong in csrc/bindings"),
        ("csrc/tumble/ipi/a.h", "<mpi.h>", "headers of LAMMPS and MPI belong in lammps-plugin"),
        ("csrc/tumble/evaluation/a.h", "<ATen/ATen.h>", "faces see no type of torch"),
        ("csrc/tumble/evaluation/a.cpp", "<ATen/ATen.h>", None),
        ("lammps-plugin/a.cpp", "<torch/torch.h>", "faces see no type of torch"),
        ("lammps-plugin/a.cpp", '"error.h"', None),
        ("lammps-plugin/a.cpp", '"tumble/ipi/socket.h"', None),
        ("csrc/tumble/other/a.cpp", "<vector>", "folder `tumble/other` has no floor"),
    ],
)
def test_what_is_refused(tmp_path: Path, file: str, include: str, reason: str | None) -> None:
    for header in ("base/error.h", "graph/graph.h", "frames/frames.h", "ipi/socket.h"):
        (tmp_path / "csrc" / "tumble" / header).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "csrc" / "tumble" / header).write_text("#pragma once\n")
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#include {include}\n")
    found = list(include_floors.faults(tmp_path / "csrc"))
    assert len(found) == (reason is not None)
    for line in found:
        assert file in line
        assert reason is not None
        assert reason in line
