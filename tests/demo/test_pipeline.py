"""The demonstration as a whole, with real engines and a toy model, and what it says when one fails."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tumble.demo import engines
from tumble.demo.inputs import IPI_LIQUID, IPI_MOLECULE
from tumble.demo.pipeline import run_demo
from tumble.errors import ConfigurationError, LaunchError
from tumble.runs import open_run
from tumble.study.analysis_file import load_analysis

INPUTS = Path(__file__).parents[2] / "inputs"
LENGTHS = {"gas": 500, "gas-exact": 450, "molecule": 100, "liquid": 100, "path-integral": 12}


def demo(out: Path, model: Path, exact: Path, source: Path = INPUTS) -> tuple[Path, str]:
    """Runs the demonstration; gives the page and what was told."""
    told: list[str] = []
    report = run_demo(out, lengths=LENGTHS, model=str(model), exact=str(exact), source=source, tell=told.append)
    return report, "".join(told)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the inputs, to be spoiled."""
    return Path(shutil.copytree(INPUTS, tmp_path / "inputs"))


def sockets() -> set[str]:
    return {path.name for path in Path("/tmp").glob(f"ipi_tumble-demo-{os.getpid()}-*")}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, model: Path, exact: Path) -> tuple[Path, str]:
    """A demonstration that several tests look at: its page, and what was told."""
    return demo(tmp_path_factory.mktemp("finished") / "out", model, exact)


def test_runs_from_beginning_to_end(finished: tuple[Path, str]) -> None:
    report, told = finished
    out = report.parent
    assert report.name == "report.html"
    names = [line.split("…")[0].strip() for line in told.splitlines()[1:] if "…" in line]
    assert names[:6] == [
        "gas, bare, 500 steps",
        "gas, bare, analysis",
        "gas, symmetrized (random), 500 steps",
        "gas, symmetrized (random), analysis",
        "gas, exact, 450 steps",
        "gas, exact, analysis",
    ]
    assert names[-3:] == ["symmetry error against sets of rotations", "times of the partners", "report"]
    assert len(names) == 23
    analyses = {path.parent.name: load_analysis(path) for path in out.glob("*/analysis.json")}
    assert set(analyses) == {
        "gas-bare",
        "gas-random",
        "gas-exact",
        "molecule-bare",
        "molecule-octahedral",
        "molecule-exact",
        "liquid-bare",
        "liquid-random",
        "path-integral-bare",
        "path-integral-random",
    }
    for name, analysis in analyses.items():
        partner = name.rpartition("-")[2]
        expected = ("pair", "exact") if partner == "exact" else ("harmonic", "approximate")
        found = analysis.provenance["model"]
        assert (found["name"], found["symmetry"]) == expected
        assert analysis.provenance["symmetrize"] == {"bare": "none", "exact": "none"}.get(partner, partner)
        assert analysis.provenance["beads"] == (4 if name.startswith("path") else 1)
        assert analysis.provenance["skipped"] == {}
    assert analyses["liquid-bare"]["rdf"]["g_OO"].values.max() > 1.5
    assert float(analyses["gas-bare"]["symmetry"]["frame_torque_rms"].values) > 0.1  # meV/rad
    assert float(analyses["path-integral-bare"]["gyration"]["r_gyration_H"].values) > 0
    page = report.read_text(encoding="utf-8")
    assert "gas, bare" in page
    assert "path integral, random" in page
    assert "Model harmonic on 8 structures of “molecule, bare”, against degree:9+inversion." in page
    assert "icosahedral+inversion" in page
    assert sockets() == set()


def test_table_has_the_three_partners(finished: tuple[Path, str]) -> None:
    """The toy of pairs is exact in double precision; each set removes what the harmonic one has, up to l = 2."""
    report, told = finished
    rows = [line.strip().split("  ") for line in told.splitlines() if line.startswith(("  harmonic", "  pair"))]
    cells = {
        row[0]: [float(_plain(cell)) for cell in row[1:5] if cell] for row in (list(filter(None, r)) for r in rows)
    }
    assert list(cells) == [
        "harmonic, bare",
        "harmonic, symmetrized (random)",
        "harmonic, symmetrized (octahedral)",
        "pair, exact",
    ]
    assert cells["harmonic, bare"][2:] == [1.0, 1.0]  # its own unit of time
    for column in (0, 1):  # energy and frame torque
        errors = [row[column] for row in cells.values()]
        assert min(errors[:2]) > 0.1
        assert max(errors[2:]) < 1e-6
    page = report.read_text(encoding="utf-8")
    assert 0 < page.index("The bare model and its partners") < page.index('id="verdicts"')
    # A model of its own is never compared with the runs of another one.
    assert "gas, exact</strong> against exact symmetry" in page
    assert "gas, exact</strong> against gas" not in page


def _plain(text: str) -> str:
    """Undo the powers of ten of the page."""
    mantissa, _, exponent = text.partition(" × 10")
    return f"{mantissa}e{exponent.translate(str.maketrans('⁻⁰¹²³⁴⁵⁶⁷⁸⁹', '-0123456789')) or '0'}"


def test_approximate_model_is_no_exact_partner(tmp_path: Path, model: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(ConfigurationError, match=r"`exact`.*approximate"):
        demo(out, model, model)
    assert not out.exists()


def test_engines_logged_what_the_analysis_reads(finished: tuple[Path, str]) -> None:
    out = finished[0].parent
    lammps, ipi = open_run(out / "liquid-random"), open_run(out / "path-integral-bare")
    assert (lammps.ensemble, lammps.thermostat, lammps.symmetrize) == ("NVT (velocity rescaling)", "global", "random")
    assert lammps.log["conserved"].shape == lammps.time.shape
    assert lammps.torque is not None
    assert lammps.torque.shape == (len(lammps.time), 1, 3)
    assert (ipi.ensemble, ipi.beads, ipi.temperature) == ("NVT (PILE-L)", 4, 300.0)
    assert ipi.torque is not None
    assert ipi.torque.shape == (len(ipi.torque_time), 4, 3)
    assert ipi.model["name"] == "harmonic"
    assert ipi.symmetrize == "none"


def test_failing_lammps_shows_its_error(tmp_path: Path, copied: Path, model: Path, exact: Path) -> None:
    script = copied / "lammps" / "water-gas.in"
    script.write_text(script.read_text().replace("pair_style    tumble", "pair_style    no-such-style"))
    with pytest.raises(LaunchError, match=r"(?s)LAMMPS .*status 1; .*no-such-style"):
        demo(tmp_path / "out", model, exact, copied)


def test_failing_ipi_shows_its_error(tmp_path: Path, copied: Path, model: Path) -> None:
    xml = copied / "ipi" / "water-liquid.xml"
    xml.write_text(xml.read_text().replace("mode='nvt'", "mode='no-such-mode'"))
    with pytest.raises(LaunchError, match=r"(?s)i-PI .*status 1; .*no-such-mode"):
        engines.run_ipi(copied, IPI_LIQUID, tmp_path, str(model), 5)
    assert sockets() == set()


def test_failing_driver_shows_its_error(tmp_path: Path, copied: Path, model: Path) -> None:
    (copied / "ipi" / "water1.xyz").write_text((copied / "ipi" / "water1.xyz").read_text().replace("O ", "Ne"))
    with pytest.raises(LaunchError, match=r"(?s)tumble drive .*status 1; .*Ne"):
        engines.run_ipi(copied, IPI_MOLECULE, tmp_path, str(model), 5)
    assert sockets() == set()


def test_folder_with_other_files_is_left_alone(tmp_path: Path, model: Path, exact: Path) -> None:
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(ConfigurationError, match=r"folder .*earlier demonstration"):
        demo(tmp_path, model, exact)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_failure_leaves_no_report_of_an_earlier_run(tmp_path: Path, copied: Path, model: Path, exact: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in ("report.html", "tumble-demo.txt"):
        (out / name).write_text("{}")
    (copied / "lammps" / "water-gas.in").write_text("no-such-command\n")
    with pytest.raises(LaunchError, match="no-such-command"):
        demo(out, model, exact, copied)
    assert {path.name for path in out.iterdir() if path.is_file()} == {"tumble-demo.txt"}


def working_in(folder: Path) -> list[Path]:
    """Processes that run in a folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):  # ended meanwhile, or somebody else's
            found += [entry] if entry.readlink() == folder else []
    return found


@pytest.mark.timeout(600)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_terminated_demonstration_takes_its_programs_along(tmp_path: Path, model: Path, number: signal.Signals) -> None:
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
    log = tmp_path / "out" / "gas-bare" / "log.lammps"
    while not log.exists() and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(number)
    assert process.wait(600) == 128 + number
    while working_in(log.parent):  # an orphan is told to go, but not waited for
        time.sleep(0.05)


def test_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert engines.threads() == 3
    monkeypatch.delenv("OMP_NUM_THREADS")
    for idle, expected in ((0, 1), (1, 1), (100, min(4, len(os.sched_getaffinity(0))))):
        monkeypatch.setattr(engines, "idle_cores", lambda idle=idle: idle)
        assert engines.threads() == expected
