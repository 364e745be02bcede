"""The demonstration as a whole, with real engines and a toy model, and what it says when one fails."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tumble.demo import engines, processes
from tumble.demo.demo_error import DemoError
from tumble.demo.pipeline import run_demo

INPUTS = Path(__file__).parents[2] / "inputs"
LENGTHS = {"lammps-molecule": 50, "ipi-molecule": 10, "lammps-liquid": 60, "ipi-liquid": 12}


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "GRACE", 2.0)


def demo(out: Path, model: Path, source: Path = INPUTS) -> tuple[Path, str]:
    """Runs the demonstration; gives the page and what was told."""
    told: list[str] = []
    report = run_demo(out, lengths=LENGTHS, model=str(model), source=source, tell=told.append)
    return report, "".join(told)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the inputs, to be spoiled."""
    return Path(shutil.copytree(INPUTS, tmp_path / "inputs"))


def sockets() -> set[str]:
    return {path.name for path in Path("/tmp").glob(f"ipi_tumble-demo-{os.getpid()}-*")}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, model: Path) -> tuple[Path, str]:
    """A demonstration that several tests look at: its page, and what was told."""
    return demo(tmp_path_factory.mktemp("finished") / "out", model)


def test_runs_from_beginning_to_end(finished: tuple[Path, str]) -> None:
    report, told = finished
    out = report.parent
    assert report.name == "report.html"
    assert "harmonic, cutoff 4 Å" in report.read_text(encoding="utf-8")
    assert [line.split("…")[0].strip() for line in told.splitlines()[1:]] == [
        "LAMMPS, a molecule, NVE, 50 steps",
        "i-PI, a molecule, path integral, NVT (PILE-L), 10 steps",
        "LAMMPS, 64 molecules, NVT (velocity rescaling), 60 steps",
        "i-PI, 64 molecules, path integral, NVT (PILE-L), 12 steps",
        "O–O radial distribution functions",
        "report",
    ]
    record = json.loads((out / "demo.json").read_text())
    assert record["model"]["name"] == "harmonic"
    assert {name: (run["beads"], run["steps"]) for name, run in record["runs"].items()} == {
        "LAMMPS a molecule": (1, 50),
        "i-PI a molecule": (16, 10),
        "LAMMPS 64 molecules": (1, 60),
        "i-PI 64 molecules": (4, 12),
    }
    assert all(run["torque_rms_eV_per_rad"] > 1e-4 for run in record["runs"].values())
    assert {name for name, run in record["runs"].items() if "kinetic_energy_eV_per_molecule" in run} == {
        "i-PI a molecule",
        "i-PI 64 molecules",
    }
    assert record["averages"] == {"skipped": 0.25, "blocks": 4}
    assert json.loads((out / "rdf-path-integral.json").read_text())["beads"] == 4
    assert sockets() == set()


def test_figure_of_the_readme_can_be_drawn_from_it(finished: tuple[Path, str], tmp_path: Path) -> None:
    picture = tmp_path / "water.png"
    script = Path(__file__).parents[2] / "benchmarks" / "readme_figure.py"
    done = subprocess.run([sys.executable, str(script), str(finished[0].parent), str(picture)], timeout=120)
    assert done.returncode == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_failing_lammps_shows_its_error(tmp_path: Path, copied: Path, model: Path) -> None:
    script = copied / "lammps" / "water-molecule.in"
    script.write_text(script.read_text().replace("pair_style    tumble", "pair_style    no-such-style"))
    with pytest.raises(DemoError, match=r"(?s)LAMMPS failed with exit status 1; .*ERROR: .*no-such-style"):
        demo(tmp_path / "out", model, copied)


def test_failing_ipi_shows_its_error(tmp_path: Path, copied: Path, model: Path) -> None:
    for name in ("water-molecule.xml", "water-liquid.xml"):
        xml = copied / "ipi" / name
        xml.write_text(xml.read_text().replace("mode='nvt'", "mode='no-such-mode'"))
    with pytest.raises(DemoError, match=r"(?s)i-PI failed with exit status 1; .*no-such-mode"):
        demo(tmp_path / "out", model, copied)
    assert sockets() == set()


def test_failing_driver_shows_its_error(tmp_path: Path, copied: Path, model: Path) -> None:
    from tumble.demo.inputs import IPI_MOLECULE

    (copied / "ipi" / "water1.xyz").write_text((copied / "ipi" / "water1.xyz").read_text().replace("O ", "Ne"))
    with pytest.raises(DemoError, match=r"(?s)tumble drive failed with exit status 1; .*Ne"):
        engines.run_ipi(copied, IPI_MOLECULE, tmp_path, str(model), 5)
    assert sockets() == set()


def test_folder_with_other_files_is_left_alone(tmp_path: Path, model: Path) -> None:
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(DemoError, match="expected a new folder or one of an earlier demonstration"):
        demo(tmp_path, model)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_failure_leaves_no_report_of_an_earlier_run(tmp_path: Path, copied: Path, model: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in ("report.html", "demo.json", "rdf-classical.json"):
        (out / name).write_text("{}")
    (copied / "lammps" / "water-molecule.in").write_text("no-such-command\n")
    with pytest.raises(DemoError, match="no-such-command"):
        demo(out, model, copied)
    assert {path.name for path in out.iterdir() if path.is_file()} == {"demo.json"}


def test_terminated_demonstration_takes_its_programs_along(tmp_path: Path, model: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "tumble",
        "demo",
        "--out",
        "out",
        "--inputs",
        str(INPUTS),
        "--model",
        str(model),
    ]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    log = tmp_path / "out" / "lammps-molecule" / "log.lammps"
    end = time.monotonic() + 60
    while not log.exists() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 128 + signal.SIGTERM
    size = log.stat().st_size
    time.sleep(0.5)
    assert log.stat().st_size == size


def test_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert engines.threads() == 3
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert 1 <= engines.threads() <= 4
