"""All variants of metatrain's PET, from checkpoints with random weights, scales and compositions."""

from __future__ import annotations

from pathlib import Path

import ase.units
import pytest
from support.peers import convert, run_in, run_script

from tumble import metadata

pytestmark = [pytest.mark.peers, pytest.mark.timeout(2400)]

#: Depths by reasoning: a layer sees one cutoff; the feedforward variant exchanges messages after its last one, too; the
#: cutoff of an atom adapts to all its neighbors.
DEPTHS = {
    "residual": 2,
    "post-norm": 3,
    "equal-widths": 3,
    "equal-widths-post-norm": 2,
    "warm": 4,
    "zbl": 3,
    "short-zbl": 3,
    "lora": 3,
    "another-name": 3,
    "uncertainties": 3,
}
#: Their checkpoints name authors, a paper and a license: one by itself, one inside of a checkpoint of uncertainties.
CREDITED = ("another-name", "uncertainties")


def made(variant: str, folder: Path) -> Path:
    path = folder / f"{variant}.ckpt"
    run_script("metatrain", "make_metatrain.py", variant, path)
    return path


@pytest.mark.parametrize("variant", DEPTHS)
def test_variant(variant: str, tmp_path: Path) -> None:
    """In double precision: the conversion compares to 1e-10, and tests that no energy sees more than the depth."""
    done = convert("metatrain", made(variant, tmp_path), tmp_path / "out.pt", "--dtype", "float64")
    assert done.returncode == 0, done.stderr
    document = metadata.read(tmp_path / "out.pt")
    assert document["depth"] == DEPTHS[variant]
    assert document["species"] == ["H", "O"]
    assert document["baseline"] == pytest.approx([-13.6, -430.0], rel=1e-15)
    if variant in CREDITED:
        assert document["licence"] == "CC-BY-4.0"
        assert document["citation"].endswith("; weights by A. Author, B. Author; doi:10.0/weights")
    else:
        assert document["licence"] == "not stated"
        assert document["citation"].endswith("; and what the authors of the weights ask for")


def test_range_of_the_repulsion(tmp_path: Path) -> None:
    """Twice the covalent radius of oxygen, 0.66 Å (Cordero et al. 2008), if that is longer than PET's own cutoff."""
    assert convert("metatrain", made("short-zbl", tmp_path), tmp_path / "out.pt").returncode == 0
    assert metadata.read(tmp_path / "out.pt")["cutoff"] == pytest.approx(1.32)


def test_atomic_units(tmp_path: Path) -> None:
    done = convert("metatrain", made("atomic-units", tmp_path), tmp_path / "out.pt", "--dtype", "float64")
    assert done.returncode == 0, done.stderr
    document = metadata.read(tmp_path / "out.pt")
    assert document["cutoff"] == pytest.approx(7.5 * ase.units.Bohr, rel=1e-8)
    assert document["baseline"] == pytest.approx([-13.6 * ase.units.Hartree, -430.0 * ase.units.Hartree], rel=1e-8)


def test_units_that_a_checkpoint_does_not_state(tmp_path: Path) -> None:
    source, out = made("no-units", tmp_path), tmp_path / "out.pt"
    done = convert("metatrain", source, out)
    assert (done.returncode, out.exists()) == (2, False)
    assert "`units`: expected" in done.stderr
    done = convert("metatrain", source, out, "--option", "units=hartree,angstrom")
    assert done.returncode == 0, done.stderr
    assert metadata.read(out)["baseline"][0] == pytest.approx(-13.6 * ase.units.Hartree, rel=1e-8)
    done = convert("metatrain", source, out, "--overwrite", "--option", "units=angstrom,eV")
    assert (done.returncode, "got `angstrom,eV`" in done.stderr) == (2, True)


def test_one_of_two_energies(tmp_path: Path) -> None:
    source, out = made("two-energies", tmp_path), tmp_path / "out.pt"
    done = convert("metatrain", source, out)
    assert (done.returncode, "`target`: expected one of energy, energy/high, got none" in done.stderr) == (2, True)
    done = convert("metatrain", source, out, "--option", "target=energy/high", "--elements", "O")
    assert done.returncode == 0, done.stderr
    document = metadata.read(out)
    assert (document["species"], document["baseline"]) == (["O"], [-429.0])


@pytest.mark.parametrize(
    ("variant", "word"),
    [("conditioned", "`system_conditioning`"), ("long-range", "`long_range`"), ("another-architecture", "`source`")],
)
def test_refused(variant: str, word: str, tmp_path: Path) -> None:
    done = convert("metatrain", made(variant, tmp_path), tmp_path / "out.pt")
    assert (done.returncode, done.stderr.startswith(f"tumble: error: {word}: expected ")) == (1, True), done.stderr


def test_exported_model(tmp_path: Path) -> None:
    source, exported = made("default", tmp_path), tmp_path / "model.pt"
    code = "import sys; from metatrain.utils.io import load_model; load_model(sys.argv[1]).export().save(sys.argv[2])"
    assert run_in("metatrain", "-c", code, source, exported).returncode == 0
    done = convert("metatrain", exported, tmp_path / "out.pt")
    assert (done.returncode, f"got the exported model `{exported}`" in done.stderr) == (1, True), done.stderr
