"""The project's own C++ under AddressSanitizer and UBSan, in LAMMPS and in Python."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.lammps_runs import system_script
from support.sanitizers import ROOT, build_sanitized, run_lammps_sanitized, run_sanitized
from support.systems import systems
from support.unit_tests import build_unit_tests

pytestmark = [pytest.mark.extended, pytest.mark.timeout(1800)]

ModelFile = Callable[[str], Path]
SPECIES = ["O", "H"]


@pytest.fixture(scope="module")
def site() -> Path:
    return build_sanitized()


@pytest.fixture(scope="module")
def plugins(site: Path) -> Path:
    return site / "tumble" / "lib" / "lammps"


FAULTS = """
#include <cstdlib>
struct Fault {
    Fault() {
        volatile int eight = 8, most = 2147483647;
        FAULT
    }
} fault;
"""


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("auto* p = (volatile char*)malloc(eight); p[eight] = 1;", "AddressSanitizer: heap-buffer-overflow"),
        ("auto* p = (volatile char*)malloc(eight); free((void*)p); p[0] = 1;", "AddressSanitizer: heap-use-after-free"),
        ("most = most + 1;", "runtime error: signed integer overflow"),
        ("for (int n = 0; n < 50; ++n) ((volatile char*)malloc(1000 + n))[0] = 1;", "Direct leak of"),
        ("(void)most;", ""),
    ],
)
def test_the_setup_finds_faults(tmp_path: Path, fault: str, text: str) -> None:
    """By a library with a fault that LAMMPS loads as it loads ours, compiled with the same flags."""
    (tmp_path / "fault.cpp").write_text(FAULTS.replace("FAULT\n", fault + "\n"))
    flags = re.search(r"set\(sanitize (.*)\)", (ROOT / "csrc" / "cmake" / "Sanitize.cmake").read_text())
    assert flags is not None
    library = tmp_path / "tumblefaultplugin.so"
    # LAMMPS closes it at once, and a stack through a library that is gone names none
    options = ["-shared", "-fPIC", "-O1", "-g", "-Wl,-z,nodelete", *flags[1].split()]
    command = ["g++", *options, str(tmp_path / "fault.cpp"), "-o", str(library)]
    subprocess.run(command, check=True)
    found = run_lammps_sanitized(tmp_path, tmp_path, "print hello\n").findings()
    assert (text in found) if text else (found == "")


def test_our_libraries_are_instrumented(site: Path) -> None:
    for library in ("libtumble.so", "libtumble_operators.so", "libtumble_lammps.so", "lammps/tumbleplugin.so"):
        command = ["nm", "-D", str(site / "tumble" / "lib" / library)]
        symbols = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert "__asan_report_load" in symbols
        assert "__ubsan_handle" in symbols


def test_lammps(tmp_path: Path, plugins: Path, model_file: ModelFile) -> None:
    """Rebuilds, a second model, triclinic and small boxes, tallies per atom, minimization, `clear`, another style."""
    script = "print start\n"
    for name, model in (("molecule", "pair"), ("triclinic", "two_hop"), ("small", "harmonic")):
        folder = tmp_path / name
        folder.mkdir()
        text = system_script(folder, systems()[name], model_file(model), SPECIES)
        script += (
            "clear\n"
            + text.replace("system.data", f"{name}/system.data")
            + (
                "compute e all pe/atom\ncompute s all stress/atom NULL\n"
                "compute sum all reduce sum c_e c_s[1] c_s[6]\n"
                "thermo_style custom step pe press c_sum[*]\nthermo 10\nrun 0\n"
                "velocity all create 2000 1 loop geom\nfix 1 all nve\ntimestep 2e-4\n"
                "neigh_modify every 1 delay 0 check yes\nrun 60\n"
                f"pair_style tumble device cpu memory 1 check no\npair_coeff * * {model_file('pair')} O H\nrun 5\n"
                "unfix 1\nminimize 0 1e-3 5 10\npair_style none\n"
            )
        )
    run = run_lammps_sanitized(tmp_path, plugins, script)
    assert "Total wall time" in run.output, run.output[-2000:]
    assert run.output.count("Loop time") == 12
    assert run.findings() == ""


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (("", ""), "the model failed: "),
        ((" O H", " O X"), "got `X`"),
        ((" O H", " O"), "expected one element for each of 2 atom types"),
        (("raises.pt", "nowhere.pt"), "expected a file or the name of a model"),
        (("device cpu", "memory 0"), "expected a number of MB above 0"),
        (("read_data", "atom_modify id no\nread_data"), "ERROR"),
    ],
)
def test_errors(tmp_path: Path, plugins: Path, model_file: ModelFile, change: tuple[str, str], text: str) -> None:
    script = system_script(tmp_path, systems()["molecule"], model_file("raises"), SPECIES).replace(*change)
    script += "velocity all create 9000 1 loop geom\nfix 1 all nve\ntimestep 1e-3\nrun 1000\n"
    run = run_lammps_sanitized(tmp_path, plugins, script, leaks=False)
    assert text in run.output
    assert run.findings() == ""


def test_atoms_at_one_place(tmp_path: Path, plugins: Path, model_file: ModelFile) -> None:
    atoms = systems()["molecule"].copy()
    atoms.positions[2] = atoms.positions[0]
    script = system_script(tmp_path, atoms, model_file("pair"), SPECIES) + "run 0\n"
    run = run_lammps_sanitized(tmp_path, plugins, script, leaks=False)
    assert "expected a distance of at least" in run.output
    assert run.findings() == ""


def test_two_ranks(tmp_path: Path, plugins: Path, model_file: ModelFile) -> None:
    """Message passing over ghosts, which move between ranks."""
    script = system_script(tmp_path, systems()["liquid"], model_file("two_hop"), SPECIES)
    script += "velocity all create 2000 1 loop geom\nfix 1 all nve\ntimestep 2e-4\nrun 40\n"
    run = run_lammps_sanitized(tmp_path, plugins, script, leaks=False, ranks=2)
    assert "Loop time" in run.output
    assert run.findings() == ""


def test_unit_tests(tmp_path: Path, site: Path) -> None:
    programs = build_unit_tests(tmp_path, site / "tumble", "-DTUMBLE_SANITIZE=ON")
    assert len(programs) >= 5
    for name, program in programs.items():
        run = run_sanitized(tmp_path, [program], environment={})
        assert (name, run.output, run.findings()) == (name, "", "")


def test_core(tmp_path: Path, site: Path) -> None:
    """What Python can reach: graphs, metadata, evaluations, and the i-PI client byte by byte."""
    names = "protocol", "ipi_batches", "ipi_connections", "ipi_shared_memory", "ipi_symmetry_log"
    tests = [ROOT / "tests" / "core", *(ROOT / "tests" / "ipi" / f"test_{name}.py" for name in names)]
    choice = ["-m", "not extended and not gpu", "-k", "not real_server and not killed and not signal"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *choice, *tests]
    # Python's own allocator would hide from the sanitizer what its objects hold
    environment = {"PYTHONPATH": str(site), "PYTHONMALLOC": "malloc"}
    run = run_sanitized(tmp_path, command, environment=environment)
    assert re.search(r"^\d+ passed", run.output, re.MULTILINE), run.output[-3000:]
    assert run.findings() == ""
