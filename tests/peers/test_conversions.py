"""Models of other packages, converted by the real command, in real LAMMPS and i-PI against the packages' own numbers.

A conversion in the package's environment ends with status 0 only if the model file reproduces the package for a dense
box, a cluster, a triclinic box smaller than the cutoff, an isolated atom and the given references. Then the package is
gone: LAMMPS on one and two ranks and the driver of i-PI are compared with numbers that `calculate.py` has stored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms
from support.ipi_single_point import from_ipi
from support.numbers import Numbers, assert_same, from_core, from_lammps_in_turn
from support.peers import ROOT, Labels, calculate, convert, run_script
from support.systems import systems

from tumble import metadata
from tumble.convert.comparison import TOLERANCES

pytestmark = [pytest.mark.peers, pytest.mark.timeout(2400)]


@dataclass(frozen=True)
class Variant:
    """A model of a kind.

    Attributes:
        kind: Of `tumble convert`; its package's environment has the same name.
        make: Script of this folder and its arguments; the last one, a file, is added.
        suffix: Of the file.
        depth: In cutoffs, as the script chose it.
        options: Of `tumble convert`.
        calculator: Options of `calculate.py`.
        precision: Of the package's numbers.
        symmetry: Kind that the measurement has to find.
    """

    kind: str
    make: tuple[str, ...]
    suffix: str
    depth: int
    options: tuple[str, ...] = ("--elements", "H", "O")
    calculator: tuple[str, ...] = ()
    precision: str = "float32"
    symmetry: str = "exact"


SPK = {
    "kind": "schnetpack",
    "suffix": ".model",
    "options": ("--elements", "H", "O", "--option", "units=eV,Ang"),
    "calculator": ("precision=float64",),
    "precision": "float64",
}
PET = {
    "kind": "metatrain",
    "suffix": ".ckpt",
    "options": (),
    "calculator": ("precision=float64",),
    "precision": "float64",
    "symmetry": "approximate",
}
VARIANTS = {
    # two layers with l = 1 couple no three vectors, so that nothing breaks parity
    "sevennet": Variant("sevennet", ("make_sevennet.py",), ".pth", 2),
    "mace": Variant(
        "mace",
        ("make_mace.py",),
        ".model",
        2,
        options=("--option", "head=high"),
        calculator=("precision=float64", "head=high"),
        precision="float64",
    ),
    "nequip": Variant("nequip", ("make_nequip.py", "nequip"), ".ckpt", 2),
    "allegro": Variant("nequip", ("make_nequip.py", "allegro"), ".ckpt", 1),
    "schnet": Variant(make=("make_schnetpack.py", "schnet"), depth=3, **SPK),
    "painn": Variant(make=("make_schnetpack.py", "painn"), depth=2, **SPK),
    "so3net": Variant(make=("make_schnetpack.py", "so3net"), depth=2, **SPK),
    "pet": Variant(make=("make_metatrain.py", "default"), depth=3, **PET),
    "pet-residual": Variant(make=("make_metatrain.py", "grid"), depth=3, **PET),
    "pet-solver": Variant(make=("make_metatrain.py", "solver"), depth=4, **PET),
}
DTYPES = ("float32", "float64")


def structures() -> dict[str, Atoms]:
    """The liquid of the inputs, and boxes that LAMMPS needs other graphs for."""
    water = ase.io.read(ROOT / "inputs/lammps/water64.data", format="lammps-data", atom_style="atomic")
    assert isinstance(water, Atoms)
    return {"water": water, **{name: systems()[name] for name in ("molecule", "small")}}


STRUCTURES = structures()


@dataclass(frozen=True)
class Case:
    """A converted model: the folder with its files, by precision, and the package's numbers, by structure."""

    variant: Variant
    files: dict[str, Path]
    table: str
    labels: dict[str, Labels]


@pytest.fixture(scope="session", params=VARIANTS)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return _case(request.param, tmp_path_factory.mktemp(request.param))


@cache
def _case(name: str, folder: Path) -> Case:
    variant = VARIANTS[name]
    script, *arguments = variant.make
    source = folder / f"source{variant.suffix}"
    run_script(variant.kind, script, *arguments, source)
    ase.io.write(folder / "water.xyz", STRUCTURES["water"])
    files, tables = {}, {}
    for dtype in DTYPES:
        files[dtype] = folder / f"{name}-{dtype}.pt"
        options = (*variant.options, "--references", folder / "water.xyz", "--dtype", dtype)
        done = convert(variant.kind, source, files[dtype], *options)
        assert done.returncode == 0, done.stderr
        tables[dtype] = done.stdout
    found = calculate(variant.kind, source, list(STRUCTURES.values()), folder, *variant.calculator)
    return Case(variant, files, tables["float64"], dict(zip(STRUCTURES, found, strict=True)))


def assert_equal(ours: Numbers, labels: Labels, *precisions: str) -> None:
    """Within the rounding of the less precise side."""
    energy, force = np.max([TOLERANCES[precision] for precision in precisions], axis=0)
    assert abs(ours.energy - labels.energy) <= energy * max(1.0, abs(labels.energy))
    largest = max(1.0, float(np.abs(labels.forces).max()))
    np.testing.assert_allclose(ours.forces, labels.forces, rtol=0, atol=force * largest)


def test_conversion(case: Case) -> None:
    rows = [re.split(r"  +", line) for line in case.table.splitlines()[1:]]
    assert [row[0] for row in rows] == [
        "water.xyz, frame 0",
        "dense box",
        "cluster",
        "small triclinic box",
        "isolated atom",
    ]
    assert float(rows[0][-2]) > 0.01  # forces that a wrong sign or order would change
    for dtype, path in case.files.items():
        document = metadata.read(path)
        assert (document["dtype"], document["depth"], document["cutoff"]) == (dtype, case.variant.depth, 4.0)
        assert set(document["species"]) == {"H", "O"}
        assert document["provenance"]["configuration"]["converted from"] == case.variant.kind
        assert document["citation"] != "not stated"
        assert document["symmetry"]["kind"] == case.variant.symmetry
        assert document["references"][0]["name"] == "water.xyz, frame 0"


def test_lammps(case: Case, tmp_path: Path) -> None:
    """Both precisions against the package on one rank; two ranks against the core, to the last digits."""
    cases = {
        f"{dtype}-{name}": (path, atoms, "") for dtype, path in case.files.items() for name, atoms in STRUCTURES.items()
    }
    for key, ours in from_lammps_in_turn(cases, tmp_path).items():
        dtype, name = key.split("-")
        assert_equal(ours, case.labels[name], dtype, case.variant.precision)
    double = {key: each for key, each in cases.items() if key.startswith("float64")}
    (tmp_path / "two").mkdir()
    for key, ours in from_lammps_in_turn(double, tmp_path / "two", ranks=2).items():
        model, atoms, _ = double[key]
        assert_same(ours, from_core(model, atoms))


@pytest.mark.parametrize("name", ["water", "molecule"])
def test_driver(case: Case, tmp_path: Path, name: str) -> None:
    ours, _ = from_ipi(case.files["float32"], STRUCTURES[name], tmp_path)
    assert_equal(ours, case.labels[name], "float32")
