"""Whether a stored analysis is still that of its run: every file that is read, every option, the version."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import tumble
from tumble.observables.base.settings import Settings
from tumble.runs import open_run
from tumble.study.analysis_file import Analysis
from tumble.study.fingerprint import (
    files_gone,
    files_read,
    fingerprint,
    same_options,
    stored_options,
    why_stale,
)

INPUT = """\
<simulation>
  <output prefix='water'>
    <properties filename='out' stride='2'> [ step, time{picosecond}, temperature{kelvin} ] </properties>
    <trajectory filename='pos' stride='2' format='xyz'> positions{angstrom} </trajectory>
    <trajectory filename='vel' stride='2'> velocities </trajectory>
    <trajectory filename='for' stride='2'> forces </trajectory>
    <trajectory filename='torque' stride='1' extra_type='torque'> extras </trajectory>
  </output>
  <system>
    <initialize nbeads='1'> <file mode='xyz'> start.xyz </file> </initialize>
    <ensemble> <temperature units='kelvin'> 300 </temperature> </ensemble>
    <motion mode='dynamics'> <dynamics mode='nve'> <timestep units='femtosecond'> 0.5 </timestep> </dynamics> </motion>
  </system>
</simulation>
"""

LOG = """\
LAMMPS (22 Jul 2025 - Update 4)
units metal
timestep 0.0005
read_data water.data
dump d all custom 10 water.dump id type x y z
fix 1 all nve
run 0
   Step          Temp
         0   300.0
Loop time of 1 on 1 procs for 0 steps with 1 atoms
"""

# All that is read of a run, by the kind of the run.
FILES = {
    "i-pi": {
        "input.xml": INPUT,
        "water.out": "# column 1 --> step : .\n# column 2 --> temperature{kelvin} : .\n 0 300.0\n 2 310.0\n",
        "water.pos_0.xyz": "positions\n",
        "water.vel_0.xyz": "velocities\n",
        "water.for_0.xyz": "forces\n",
        "water.torque_0": " #EXTRAS(torque)# Step:  0\n 0.0 0.0 1.0\n",
        "drive.log": "tumble drive: model water (1 MB) on cpu; symmetrize octahedral, 24 rotations\n",
        "errors": "# tumble drive: symmetry error of water over octahedral; every 10 rounds\n1 0 0 0 0 0 0 0 0\n",
    },
    "lammps": {"log.lammps": LOG, "water.dump": "frames\n", "water.data": "atoms\n", "in.water": "run 0\n"},
}


@pytest.fixture(params=FILES)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder of each kind of run."""
    run = tmp_path / "run"
    run.mkdir()
    for name, text in FILES[request.param].items():
        (run / name).write_text(text)
    return run


def analyzed(folder: Path, settings: Settings | None = None, **given: Any) -> Analysis:
    """An analysis without results of what is in the folder now."""
    settings = Settings() if settings is None else settings
    made_of = fingerprint(open_run(folder, **given), settings, None)
    return Analysis("run", (), {"versions": {"tumble": tumble.__version__}, "settings": vars(settings)} | made_of)


def judged(analysis: Analysis, folder: Path) -> str:
    return why_stale(analysis, folder, files_read(open_run(folder), Settings()))


def test_all_that_is_read_is_known(folder: Path) -> None:
    kind = "i-pi" if (folder / "input.xml").is_file() else "lammps"
    stored = analyzed(folder)
    assert set(stored.provenance["files"]) == set(FILES[kind])
    assert stored.provenance["positions"] == ["water.pos_0.xyz" if kind == "i-pi" else "water.dump"]
    assert judged(stored, folder) == ""


def test_a_change_of_any_file_is_seen_though_sizes_stay(folder: Path) -> None:
    stored = analyzed(folder)
    for path in sorted(folder.iterdir()):
        text, times = path.read_bytes(), path.stat()
        path.write_bytes(text.replace(b"0", b"1") if b"0" in text else text.swapcase())
        os.utime(path, ns=(0, times.st_mtime_ns + 1))
        assert why_stale(stored, folder) == f"`{path.name}` changed since it was analyzed"
        path.write_bytes(text)
        assert why_stale(stored, folder) == ""


def test_a_file_that_is_gone_is_named(folder: Path) -> None:
    stored = analyzed(folder)
    for path in sorted(folder.iterdir()):
        path.rename(folder.parent / path.name)
        assert files_gone(stored, folder) == [path.name]
        (folder.parent / path.name).rename(path)
    assert files_gone(stored, folder) == []


def test_a_file_that_came_is_named(folder: Path) -> None:
    stored = analyzed(folder)
    (folder / "other.log").write_text("x\n")
    (folder / "in.other").write_text("x\n")
    name = "other.log" if (folder / "input.xml").is_file() else "in.other"
    assert judged(stored, folder) == f"`{name}` was added since it was analyzed"


def test_a_copy_without_its_times_is_the_same_elsewhere(folder: Path) -> None:
    stored = analyzed(folder)
    moved = folder.parent / "elsewhere" / "run"
    shutil.copytree(folder, moved, copy_function=shutil.copyfile)
    shutil.rmtree(folder)
    assert judged(stored, moved) == ""
    assert files_gone(stored, moved) == []


def test_rows_that_came_while_a_log_was_read_make_it_stale(folder: Path) -> None:
    run = open_run(folder)
    log = folder / ("water.out" if (folder / "input.xml").is_file() else "log.lammps")
    with log.open("a") as file:
        file.write("\n")
    stored = Analysis("run", (), {"versions": {"tumble": tumble.__version__}} | fingerprint(run, Settings(), None))
    assert why_stale(stored, folder) == f"`{log.name}` changed since it was analyzed"


def test_versions(folder: Path) -> None:
    stored = analyzed(folder)
    older = replace(stored, provenance={**stored.provenance, "versions": {"tumble": "0.0.1"}})
    assert why_stale(older, folder) == "analyzed by tumble 0.0.1"
    sizes = {name: {"size": each["size"]} for name, each in stored.provenance["files"].items()}
    older = replace(stored, provenance={**stored.provenance, "files": sizes})
    assert why_stale(older, folder) == "analyzed by an earlier version of tumble"
    assert why_stale(Analysis("run", ()), folder) == "analyzed by another version of tumble"


def test_model_of_the_run(folder: Path) -> None:
    stored, model = analyzed(folder), folder / "water.pt"
    model.write_bytes(b"abc")
    # The hash is the example of FIPS 180-2, appendix B.1.
    known = {"path": str(model), "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}
    stored = replace(stored, provenance={**stored.provenance, "model": known})
    assert why_stale(stored, folder) == ""
    model.write_bytes(b"abd")
    assert why_stale(stored, folder) == f"`{model}`, the model, changed since it was analyzed"
    model.unlink()  # It may well be on the machine of the run alone.
    assert why_stale(stored, folder) == ""


@pytest.mark.parametrize(
    "other",
    [{"timestep": 0.001}, {"temperature": 300.0}, {"units": "real"}, {"beads": True}, {"trajectory": ["a.xyz"]}],
)
def test_options_that_open_a_run(tmp_path: Path, other: dict[str, Any]) -> None:
    (tmp_path / "a.xyz").write_text("frames\n")
    (tmp_path / "a.data").write_text("atoms\n")
    given: dict[str, Any] = {"topology": tmp_path / "a.data", "timestep": 0.0005}
    stored = analyzed(tmp_path / "a.xyz", **given)
    assert set(stored.provenance["files"]) == {"a.xyz", "a.data"}
    assert same_options(stored, given, Settings(), tmp_path)
    assert not same_options(stored, {}, Settings(), tmp_path)
    assert not same_options(stored, given | other, Settings(), tmp_path)
    opened, settings = stored_options(stored, tmp_path / "moved")
    assert opened == {"topology": str(tmp_path / "moved" / "a.data"), "timestep": 0.0005}
    assert settings == Settings()


@pytest.mark.parametrize(
    "other", [{"start": 1.0}, {"pairs": (("O", "O"),)}, {"charges": {"O": -0.8}}, {"isotropic": False}, {"blocks": 8}]
)
def test_settings(folder: Path, other: dict[str, Any]) -> None:
    stored = analyzed(folder)
    assert same_options(stored, {}, Settings(jobs=4), folder)
    assert not same_options(stored, {}, Settings(**other), folder)
