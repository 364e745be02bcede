"""What trajectories and results show of the nuclei, and which results can be compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.ipi_harmonic import run_harmonic

from tumble.analysis import MeanSquareDisplacement, Rdf, VibrationalSpectrum, load_analysis
from tumble.errors import NotApplicableError
from tumble.observables.base.settings import Settings
from tumble.runs import Run, Trajectory, open_run
from tumble.study.analysis_file import Analysis
from tumble.study.analyze import analyze
from tumble.study.compare import compare
from tumble.study.tables import format_numbers
from tumble.trajectories.nuclei import Nuclei, comparable

OUTPUT = "<output prefix='run'> <trajectory filename='p'> {} </trajectory> </output>"
SETTINGS = Settings(pairs=(("He", "He"),), cutoff=3.0, bin_width=0.5, blocks=4)


def analyzed(folder: Path, output: str, beads: int, settings: Settings = SETTINGS) -> Analysis:
    folder.mkdir(exist_ok=True)
    run_harmonic(folder, ["He", "He", "He"], beads=beads, steps=40, output=output)
    return analyze(open_run(folder), ("rdf",), settings)


def test_results_say_what_they_show(tmp_path: Path) -> None:
    shown = {
        "beads": (OUTPUT.format("positions"), 4, "4 beads"),
        "centroid": (OUTPUT.format("x_centroid"), 4, "centroid of 4 beads"),
        "one": (OUTPUT.format("positions").replace("filename", "bead='2' filename"), 4, "one bead of 4"),
        "classical": (OUTPUT.format("positions"), 1, "classical nuclei"),
    }
    found = {name: analyzed(tmp_path / name, output, beads) for name, (output, beads, _) in shown.items()}
    kinds = {name: analysis.results[0].metadata["nuclei"] for name, analysis in found.items()}
    assert kinds == {
        "beads": Nuclei.BEADS,
        "centroid": Nuclei.CENTROID,
        "one": Nuclei.ONE_BEAD,
        "classical": Nuclei.CLASSICAL,
    }
    for name, (_, _, words) in shown.items():
        assert found[name].provenance["nuclei"] == words
        if name != "classical":
            assert f", {words}" in format_numbers(found[name]).splitlines()[0]
    # They survive the file, and only those of whole nuclei are compared with each other.
    found["centroid"].save(tmp_path / "analysis.json")
    read = load_analysis(tmp_path / "analysis.json")
    assert read.results[0].metadata["nuclei"] == "centroid"
    for name, other in (("centroid", read), ("one", found["one"])):
        comparison = compare([found["beads"], other], "beads")
        assert not any(row.run == name and row.reference == "beads" for row in comparison.rows)
        assert f"rdf isn't compared: {name} gives it for {kinds[name]}, beads for all beads." in (comparison.notes)
    assert any(row.reference == "beads" for row in compare([found["beads"], found["classical"]], "beads").rows)


def test_the_centroid_of_all_beads_is_that_of_its_own_file(tmp_path: Path) -> None:
    both = OUTPUT.format("positions").replace(
        "</output>", "<trajectory filename='c'> x_centroid </trajectory></output>"
    )
    run_harmonic(tmp_path, "OHH", beads=4, steps=40, output=both)
    beads = Rdf(open_run(tmp_path).universe(), (("O", "H"),), cutoff=3.0, bin_width=0.5, centroid=True).run().result
    for path in tmp_path.glob("run.p_*"):
        path.unlink()
    run = open_run(tmp_path)
    alone = Rdf(run.universe(), (("O", "H"),), cutoff=3.0, bin_width=0.5).run().result
    assert beads.metadata["nuclei"] == alone.metadata["nuclei"] == Nuclei.CENTROID
    np.testing.assert_allclose(beads["g_OH"].values, alone["g_OH"].values, atol=1e-6)
    assert any("centroid of 4 beads" in note for note in run.notes)


def test_one_bead_moves_with_fictitious_momenta(tmp_path: Path) -> None:
    velocities = "<trajectory filename='v' bead='0'> velocities </trajectory> </output>"
    output = OUTPUT.format("positions").replace("filename", "bead='0' filename").replace("</output>", velocities)
    run_harmonic(tmp_path, ["He", "He"], beads=4, steps=40, output=output)
    run = open_run(tmp_path)
    assert run.trajectory.velocities == ()
    universe = run.universe()
    for observable in (VibrationalSpectrum(universe, resolution=4000.0), MeanSquareDisplacement(universe)):
        with pytest.raises(NotApplicableError, match="got one bead"):
            observable.run()


def test_the_centroid_of_one_bead_is_a_classical_nucleus(tmp_path: Path) -> None:
    """Many of i-PI's examples write `x_centroid` alone, of one bead."""
    found = analyzed(tmp_path, OUTPUT.format("x_centroid"), 1)
    assert (found.results[0].metadata["nuclei"], found.provenance["nuclei"]) == (Nuclei.CLASSICAL, "classical nuclei")
    assert found.provenance["notes"] == []


@pytest.mark.parametrize(
    ("first", "second", "can"),
    [
        (Nuclei.CLASSICAL, Nuclei.BEADS, True),
        (Nuclei.EVEN_BEADS, Nuclei.BEADS, True),
        (Nuclei.CENTROID, Nuclei.CENTROID, True),
        (Nuclei.CENTROID, Nuclei.BEADS, False),
        (Nuclei.CENTROID, Nuclei.CLASSICAL, False),
        (Nuclei.ONE_BEAD, Nuclei.BEADS, False),
        (Nuclei.ONE_BEAD, Nuclei.CENTROID, False),
        (Nuclei.MOTION, Nuclei.CLASSICAL, True),
        (Nuclei.MOTION, Nuclei.ONE_BEAD, False),
        (None, Nuclei.CENTROID, True),
    ],
)
def test_comparable(first: Nuclei | None, second: Nuclei | None, can: bool) -> None:
    assert comparable(first, second) is comparable(second, first) is can


def test_steps_that_sample_nothing_are_not_averaged(tmp_path: Path) -> None:
    run_harmonic(tmp_path, "OHH", beads=1, steps=5)
    text = (tmp_path / "input.xml").read_text().replace("<motion mode='dynamics'>", "<motion mode='minimize'>")
    (tmp_path / "input.xml").write_text(text)
    run = open_run(tmp_path)
    assert (run.ensemble, run.timestep, run.temperature) == ("geometry optimization", None, None)
    assert (len(run.time), len(run.log["step"])) == (0, 6)
    message = "got geometry optimization"
    with pytest.raises(NotApplicableError, match=message):
        analyze(run)


@pytest.mark.parametrize(
    ("engine", "path_integral", "shown"),
    [
        ("LAMMPS", True, Nuclei.ONE_BEAD),
        ("LAMMPS", False, Nuclei.CLASSICAL),
        ("unknown", False, None),
    ],
)
def test_one_partition_of_lammps_is_one_bead(
    tmp_path: Path, engine: str, path_integral: bool, shown: Nuclei | None
) -> None:
    path = tmp_path / "bead.extxyz"
    path.write_text('1\nLattice="9 0 0 0 9 0 0 0 9" Properties=species:S:1:pos:R:3\nHe 0 0 0\n' * 2)
    run = Run("a", engine, tmp_path, Trajectory((path,)), timestep=0.001, path_integral=path_integral)
    assert run.universe().trajectory.nuclei is shown
