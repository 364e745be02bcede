"""Check that includes between the folders of the C++ code point one way: `python csrc/include_floors.py`.

A file may include its own folder and the folders that `FLOORS` lists for it, by whole paths ("tumble/graph/graph.h").
Headers of hosts stay in the faces: those of Python in `csrc/bindings`, those of LAMMPS and MPI in `lammps-plugin`.
Torch stays out of the headers that faces see.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CORE = ("tumble/base", "tumble/graph", "tumble/frames", "tumble/model", "tumble/evaluation", "tumble/ipi")

#: For each folder, the other folders that it may include, by their paths from `csrc`.
FLOORS: dict[str, tuple[str, ...]] = {
    "operators": (),
    "tumble/base": (),
    "tumble/graph": CORE[:1],
    "tumble/frames": CORE[:2],
    "tumble/model": CORE[:2],
    "tumble/evaluation": CORE[:4],
    "tumble/ipi": CORE[:5],
    "bindings": CORE,
    "../lammps-plugin": CORE,
}
FACES = ("bindings", "../lammps-plugin")

_INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"(?P<own>[^"]+)"|<(?P<other>[^>]+)>)', re.MULTILINE)
_PYTHON = re.compile(r"Python\.h|pybind11/")
_LAMMPS = re.compile(r"(mpi|lammps|pair|compute|fix)\.h|lammps/")
_TORCH = re.compile(r"(torch|ATen|c10|caffe2)/")
#: Headers that include torch; only sources of the core may include them.
_TORCH_HEADERS = ("tumble/model/model.h", "tumble/evaluation/frame_sum.h")


def faults(csrc: Path = ROOT / "csrc") -> Iterator[str]:
    """Yield a line for each include that points the wrong way, and for each folder without an entry in `FLOORS`."""
    for path in sorted((*csrc.rglob("*"), *(csrc.parent / "lammps-plugin").rglob("*"))):
        if path.suffix not in (".h", ".cpp", ".inc"):
            continue
        folder = _folder(path, csrc)
        if folder not in FLOORS:
            yield f"{path.relative_to(csrc.parent)}: folder `{folder}` has no floor in csrc/include_floors.py"
            continue
        for found in _INCLUDE.finditer(path.read_text()):
            reason = _fault(
                path.relative_to(csrc) if folder in CORE else path, folder, found["own"], found["other"], csrc
            )
            if reason:
                yield f"{path.relative_to(csrc.parent)}: {found[0].strip()}: {reason}"


def _folder(path: Path, csrc: Path) -> str:
    return path.parent.relative_to(csrc).as_posix() if path.is_relative_to(csrc) else f"../{path.parent.name}"


def _fault(path: Path, folder: str, own: str | None, other: str | None, csrc: Path) -> str | None:
    if other is not None:
        return _fault_of_host(path, folder, other)
    assert own is not None
    if not (csrc / own).is_file():
        return None if folder in FACES else "expected the whole path of a file in csrc"
    target = Path(own).parent.as_posix()
    if target in (folder, *FLOORS[folder]) or (target == "." and folder in FACES):
        return None
    return f"`{folder}` may include {', '.join(f'`{floor}`' for floor in FLOORS[folder]) or 'nothing but itself'}"


def _fault_of_host(path: Path, folder: str, other: str) -> str | None:
    if _PYTHON.match(other) and folder != "bindings":
        return "headers of Python belong in csrc/bindings"
    if _LAMMPS.match(other) and folder != "../lammps-plugin":
        return "headers of LAMMPS and MPI belong in lammps-plugin"
    if _TORCH.match(other) and (folder in FACES or (folder in CORE and path.suffix == ".h")):
        return None if path.as_posix() in _TORCH_HEADERS else "faces see no type of torch"
    return None


if __name__ == "__main__":
    found = list(faults())
    print("\n".join(found), file=sys.stderr)
    sys.exit(1 if found else 0)
