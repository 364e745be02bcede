"""`tumble analyze`, `compare` and `report` on a run that was made up: water molecules that tumble on a lattice."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from support.polar_model import export
from support.tumbling_water import BOX, write_run

from tumble.analysis import load_analysis
from tumble.cli import build_parser, main
from tumble.cli.analyze import read_settings
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.plan import Plan
from tumble.observables.base.settings import Settings
from tumble.observables.dynamics.diffusion import finite_size_correction
from tumble.observables.structure.rdf import Rdf


def test_everything_that_the_run_allows(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", str(bare), "--jobs", "2"]) == 0
    printed = capsys.readouterr().out
    assert "bare: LAMMPS, NVT (velocity rescaling), 300 K, 1.995 ps" in printed
    assert "frame_torque_rms" in printed
    assert "not analyzed" in printed
    analysis = load_analysis(bare)
    found = {result.observable for result in analysis.results}
    assert {"symmetry", "orientation", "rdf", "dipole", "dielectric", "reorientation", "drift"} <= found
    assert set(analysis.provenance["skipped"]) >= {"gyration", "kinetic"}
    assert analysis.provenance["symmetrize"] == "none"
    assert analysis.provenance["files"]["water.dump"]["size"] > 1000


def test_verdict_on_a_bias_that_was_built_in(
    bare: Path, fair: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for run in (bare, fair):
        assert main(["analyze", str(run), "--observables", "orientation,dipole,symmetry"]) == 0
    verdicts = tmp_path / "verdicts.json"
    assert main(["compare", str(bare), str(fair), "--reference", str(fair), "--json", str(verdicts)]) == 0
    printed = capsys.readouterr().out
    assert "bare against fair" in printed
    assert "fair against exact symmetry" in printed
    written = json.loads(verdicts.read_text())
    # What a reader of the terminal is warned of, a program is, too.
    assert all(text in printed for text in written["warnings"])
    assert {"warnings", "notes"} <= set(written)
    rows = {(row["run"], row["reference"], row["quantity"]): row for row in written["verdicts"]}
    for reference in ("fair", "exact symmetry"):
        assert rows["bare", reference, "bias_bisector"]["visible"]
        assert rows["bare", reference, "bias_bisector"]["text"].startswith("bias: +")
        assert rows["bare", reference, "bias_bisector"]["unit"] == "kT"
        assert rows["bare", reference, "M"]["visible"]
    assert not any(row["visible"] for (run, _, _), row in rows.items() if run == "fair")


def test_report(bare: Path, fair: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    command = ["report", str(bare), str(fair), "--reference", str(fair), "--observables", "orientation,symmetry"]
    assert main([*command, "--names", "the bare one,the fair one", "--title", "A title", "-o", str(page)]) == 0
    text = page.read_text()
    assert "<h1>A title</h1>" in text
    assert "the bare one" in text
    assert f"report: {page}" in capsys.readouterr().out


def test_choices(bare: Path, tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    command = ["analyze", str(bare), "--observables", "rdf", "--pairs", "O-O", "--cutoff", "5", "--bin-width", "0.5"]
    assert main([*command, "--start", "0.5", "--stop", "1.5", "--stride", "2", "--blocks", "8", "-o", str(file)]) == 0
    result = load_analysis(file)["rdf"]
    assert result.quantities[0].name == "g_OO"
    assert len(result.quantities[0].values) == 10
    assert result.quantities[0].blocks is not None
    assert len(result.quantities[0].blocks) == 8
    assert result.metadata["frames"] == 101
    assert result.metadata["time_ps"] == [0.5, 1.5]


def test_frame_of_orientation(bare: Path, tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    assert main(["analyze", str(bare), "--observables", "orientation", "--frame", "cell", "-o", str(file)]) == 0
    result = load_analysis(file)["orientation"]
    assert result.metadata["frame"] == "cell"
    assert result["a_bisector"].expected is None


def test_resolution_of_spectra(bare: Path, tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    command = ["analyze", str(bare), "--observables", "spectrum,infrared", "--resolution", "100", "-o", str(file)]
    assert main(command) == 0
    for name, quantity in (("spectrum", "dos_O"), ("infrared", "ir_spectrum")):
        result = load_analysis(file)[name]
        assert result.metadata["resolution"] == 100
        # Two points for each line width.
        np.testing.assert_allclose(np.diff(result[quantity].axes[0].values), 50)


def test_options_are_settings() -> None:
    given = ["--crystal", "--isolated", "--pairs", "O-H,h-h", "--charges", "O=-0.8,H=0.4", "--bin-width", "0.1"]
    parse = build_parser().parse_args
    assert read_settings(parse(["analyze", "run"])) == Settings()
    assert read_settings(parse(["analyze", "run", *given])) == Settings(
        isotropic=False,
        isolated=True,
        pairs=(("O", "H"), ("H", "H")),
        charges={"O": -0.8, "H": 0.4},
        bin_width=0.1,
    )


def test_isolated_systems_turn_as_a_whole(bare: Path, tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    for option, known in (([], False), (["--isolated"], True)):
        assert main(["analyze", str(bare), "--observables", "drift", *option, "-o", str(file)]) == 0
        assert ("body_rotation" in load_analysis(file)["drift"].metadata) is known


def alone(run: Path, folder: Path) -> Path:
    """The trajectory of a run, far from its log."""
    return Path(shutil.copy(run / "water.dump", folder))


def test_trajectory_next_to_the_log_that_names_it(
    bare: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "out.json"
    assert (
        main(["analyze", str(bare / "water.dump"), "--observables", "dielectric,reorientation", "-o", str(file)]) == 0
    )
    printed = capsys.readouterr().out
    assert "water: LAMMPS, NVT (velocity rescaling), 300 K, 1.995 ps" in printed
    assert "note: Units, time step and settings come from `log.lammps`" in printed
    assert load_analysis(file)["reorientation"].metadata["time_ps"] == [0.0, pytest.approx(1.995)]


def test_finite_size_correction(bare: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "out.json"
    command = ["analyze", str(bare), "--observables", "msd", "--viscosity", "0.85", "-o", str(file)]
    assert main(command) == 0
    result = load_analysis(file)["msd"]
    added = float(result["D_infinite_molecules"].values - result["D_molecules"].values)
    assert added == pytest.approx(finite_size_correction(BOX, 300.0, 0.85), rel=1e-6)
    assert main(["analyze", str(alone(bare, tmp_path)), "--timestep", "0.5", *command[2:]]) == 1
    assert "`temperature`: expected one" in capsys.readouterr().err


def test_what_the_user_says_wins_with_a_note(bare: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["analyze", str(bare), "--observables", "reorientation", "-o", str(tmp_path / "out.json")]
    assert main([*command, "--timestep", "1"]) == 0
    assert "note: The time step is 1 fs, as given; that of the log is 0.5 fs." in capsys.readouterr().out
    assert load_analysis(tmp_path / "out.json")["reorientation"].metadata["time_ps"] == [0.0, pytest.approx(3.99)]


def test_bare_trajectory_needs_what_it_does_not_tell(
    bare: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, dump = str(tmp_path / "out.json"), str(alone(bare, tmp_path))
    command = ["analyze", dump, "--observables", "dielectric", "-o", file]
    assert main(command) == 1
    assert "`temperature`: expected one" in capsys.readouterr().err
    assert main([*command, "--temperature", "300"]) == 0
    command = ["analyze", dump, "--observables", "reorientation", "-o", file]
    assert main(command) == 1
    assert "`timestep`: expected one for a correlation in time" in capsys.readouterr().err
    assert main([*command, "--timestep", "0.5"]) == 0
    assert load_analysis(file)["reorientation"].metadata["time_ps"] == [0.0, pytest.approx(1.995)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--observables", "gyration"], "gyration: `universe`: expected ring polymers"),
        (["--observables", "reorientation", "--blocks", "200"], "reorientation: `blocks`: expected at most"),
    ],
)
def test_wrong_requests(bare: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", str(bare), *arguments]) == 1
    assert message in capsys.readouterr().err


def test_what_one_run_lacks_stops_neither_its_other_observables_nor_the_next_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [write_run(tmp_path / name, seed=seed) for seed, name in enumerate(("first", "second"))]
    assert main(["analyze", *map(str, runs), "--observables", "orientation,kinetic"]) == 1
    captured = capsys.readouterr()
    for run in runs:
        assert f"tumble: error: `{run}`: kinetic: `universe`: expected" in captured.err
        assert {result.observable for result in load_analysis(run).results} == {"orientation"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--observables", "rdff"], r"`observables`: .*got `rdff`; .*`rdf`\?"),
        (["--cutoff", "50"], r"`cutoff`: .* 6\.000 Å"),
        (["--cutoff", "-1"], "`cutoff`: .*got -1"),
        (["--bin-width", "9"], "`bin_width`: .*half the box"),
        (["--blocks", "1"], "`blocks`: .* 2, got 1"),
        (["--blocks", "1000"], "`blocks`: .* 400 .*, got 1000"),
        (["--blocks", "101", "--stride", "4"], "`blocks`: .* 100 .*, got 101"),
        (["--start", "5"], r"`start`: .* 2 frames, .*0 to 1\.995 ps, got 0"),
        (["--stop", "-5"], r"`stop`: .* 2 frames, .*0 to 1\.995 ps, got 0"),
        (["--start", "1", "--stop", "0.5"], r"`stop`: .*`start`, 1 ps, got 0\.5 ps"),
        (["--longest", "0.01"], r"`longest`: .* 0\.02 ps.* 3 .*, got 0\.01 ps"),
        (["--longest", "50"], r"`longest`: .*0\.005 ps.* 1\.995 ps"),
        (["--resolution", "1"], r"`resolution`: .*33\.36 ps for 1 cm⁻¹"),
        (["--viscosity", "0"], "`viscosity`: .*got 0"),
        (
            ["--dipole-model", "water"],
            "`dipole_model`: .*`dipole` or `charge`, got energy",
        ),
        (["--pairs", "OO"], "`pairs`: .*got `OO`"),
        (["--pairs", "C-O"], "`pairs`: .*got `C`"),
        (["--charges", "O:1"], "`charges`: .*got `O:1`"),
        (["--charges", "O=-1,H=1"], r"`charges`: .*O \+ 2 H = 0, got 1 e"),
        (["--stride", "0"], "`stride`: .* 1, got 0"),
        (["--stride", "400"], "`stride`: .* 400 frames.*, got 400"),
        (["--start", "1", "--stride", "300"], "`stride`: .* 200 frames.*, got 300"),
        (["--bin-width", "1e-9"], "`bin_width`: .*got 1e-09"),
        (["--cutoff", "1e-300"], "`cutoff`: .*got 1e-300"),
        (["--jobs", "0"], "`jobs`: .* 1, got 0"),
        (["--start", "nan"], "`start`: .*got nan"),
        (["--bin-width", "7"], r"`bin_width`: .*6\.000 Å.*got 7"),
        (["--bin-width", "7", "--jobs", "2"], r"`bin_width`: .*6\.000 Å.*got 7"),
        (["--dipole-model", "absent"], "`dipole_model`: .*`absent`"),
        (["--timestep", "-1"], "`timestep`: .*got -1"),
        (["--temperature", "0"], "`temperature`: .*got 0"),
    ],
)
def test_wrong_settings_end_it_at_once(
    fair: Path, tmp_path: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "out.json"
    assert main(["analyze", str(fair), "-o", str(file), *arguments]) == 2
    printed = capsys.readouterr().err.splitlines()
    assert len(printed) == 1
    assert re.search(message, printed[0])
    assert not file.exists()


def test_default_that_a_run_does_not_allow_is_no_wrong_setting(tmp_path: Path) -> None:
    # 60 frames are too short for the default resolution of spectra.
    short = write_run(tmp_path / "short", frames=60)
    assert main(["analyze", str(short)]) == 0
    skipped = load_analysis(short).provenance["skipped"]
    assert skipped["infrared"].startswith("`resolution`: expected a run longer than")


def test_a_fault_in_one_observable_leaves_the_others(
    fair: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def faulty(run: OpenedRun) -> Plan:
        raise ZeroDivisionError(run.run.name)

    monkeypatch.setattr(Rdf, "from_run", faulty)
    file = tmp_path / "out.json"
    assert main(["analyze", str(fair), "--observables", "rdf,orientation,dipole", "-o", str(file)]) == 1
    printed = capsys.readouterr()
    assert "failed\n  rdf: a fault of Tumble, ZeroDivisionError: fair" in printed.out
    tracebacks = tmp_path / "out.traceback.txt"
    assert "tumble: error: fair: rdf: a fault of Tumble, ZeroDivisionError: fair" in printed.err
    assert str(tracebacks) in printed.err
    assert "Traceback" not in printed.err
    assert "in faulty" in tracebacks.read_text()
    analysis = load_analysis(file)
    assert [result.observable for result in analysis.results] == ["orientation", "dipole"]
    assert "in faulty" in analysis.provenance["failed"]["rdf"]["traceback"]
    monkeypatch.undo()
    assert main(["analyze", str(fair), "--observables", "rdf", "-o", str(file)]) == 0
    assert not tracebacks.exists()


def test_a_damaged_frame_ends_its_run_and_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damaged, whole = (write_run(tmp_path / name, frames=100) for name in ("damaged", "whole"))
    dump = damaged / "water.dump"
    before, found, after = dump.read_text().partition("ITEM: TIMESTEP\n600\n")
    dump.write_text(before + found + after.replace("1 O ", "1 O x", 1))
    assert main(["analyze", str(damaged), str(whole)]) == 1
    printed = capsys.readouterr().err
    assert f"tumble: error: `{damaged}`: frame 60 (step 600) of `{dump}`" in printed
    assert len(printed.splitlines()) == 1
    assert not (damaged / "analysis.json").exists()
    assert load_analysis(whole)["rdf"].metadata["frames"] == 100
    # Frames before it are as good as ever.
    assert main(["analyze", str(damaged), "--observables", "rdf", "--stop", "0.295"]) == 0
    assert load_analysis(damaged)["rdf"].metadata["last_frame"] == 59


def test_a_setting_that_only_a_later_frame_refutes_loses_its_observable_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = write_run(tmp_path / "shrinking", frames=100)
    dump = run / "water.dump"
    before, found, after = dump.read_text().partition("ITEM: TIMESTEP\n600\n")
    dump.write_text(before + found + after.replace(f"0 {BOX}\n", f"0 {BOX - 0.2}\n"))
    assert main(["analyze", str(run), "--observables", "rdf,orientation", "--cutoff", "5.95"]) == 2
    printed = capsys.readouterr()
    assert "tumble: error: rdf: `cutoff`: expected at most" in printed.err
    assert "5.900 Å" in printed.err
    analysis = load_analysis(run)
    assert [result.observable for result in analysis.results] == ["orientation"]
    assert list(analysis.provenance["refused"]) == ["rdf"]
    assert "not analyzed\n  rdf: `cutoff`" in printed.out


def test_a_setting_that_is_wrong_for_a_later_run_names_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (write_run(tmp_path / name, frames=frames) for name, frames in (("first", 100), ("second", 50)))
    assert main(["analyze", str(first), str(second), "--observables", "rdf", "--start", "0.3"]) == 2
    assert f"tumble: error: `{second}`: `start`: expected" in capsys.readouterr().err
    assert load_analysis(first)["rdf"].metadata["frames"] == 40
    assert not (second / "analysis.json").exists()


def test_a_fault_in_the_test_of_equilibrium_leaves_the_observables(
    fair: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tumble.study.analyze.drift_at_start", lambda opened: 1 / 0)
    file = tmp_path / "out.json"
    assert main(["analyze", str(fair), "--observables", "orientation", "-o", str(file)]) == 1
    analysis = load_analysis(file)
    assert [result.observable for result in analysis.results] == ["orientation"]
    assert list(analysis.provenance["failed"]) == ["equilibration"]


def test_length_is_that_of_what_counts(fair: Path, tmp_path: Path) -> None:
    lengths = []
    for bounds in ([], ["--stop", "1.5"], ["--start", "0.5", "--stop", "1.5"]):
        file = tmp_path / f"{len(lengths)}.json"
        assert main(["analyze", str(fair), "--observables", "orientation", "-o", str(file), *bounds]) == 0
        lengths.append(load_analysis(file).provenance["length_ps"])
    assert lengths == pytest.approx([1.995, 1.5, 1.0], abs=0.01)


@pytest.mark.parametrize("command", [["RUN", "--observables", "msd", "rdf"], ["--observables", "msd", "rdf", "RUN"]])
def test_observables_without_commas(command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status: object = main(["analyze", *(str(tmp_path) if word == "RUN" else word for word in command)])
    except SystemExit as error:
        status = error.code
    assert status in (1, 2)
    assert "by commas without blanks, as in `msd,rdf`" in capsys.readouterr().err


def test_argon(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Independent steps of 0.05 Å along each axis, 1 ps apart: D = 0.05² / 2 Å²/ps, analytic.
    generator = np.random.default_rng(1)
    positions = generator.uniform(0, 20, size=(64, 3))
    path = tmp_path / "argon.xyz"
    with path.open("w") as file:
        for frame in range(400):
            positions = positions + 0.05 * generator.normal(size=positions.shape)
            rows = "".join(f"Ar {x:.4f} {y:.4f} {z:.4f}\n" for x, y, z in positions.tolist())
            file.write(f'64\nLattice="20 0 0 0 20 0 0 0 20" step={frame}\n{rows}')
    saved = tmp_path / "out.json"
    command = ["analyze", str(path), "--timestep", "1000", "--observables", "msd,rdf", "-o", str(saved)]
    assert main(command) == 0
    diffusion = load_analysis(saved)["msd"]["D_Ar"]
    assert float(diffusion.values) == pytest.approx(0.05**2 / 2, rel=0.05)
    assert "g_ArAr" in [quantity.name for quantity in load_analysis(saved)["rdf"].quantities]


def test_pairs_of_what_is_not_water(tmp_path: Path) -> None:
    # Molecules are unknown, so pairs within them are counted with the others.
    methane = write_run(tmp_path / "methylene", frames=40, symbols="CHH")
    assert main(["analyze", str(methane), "--observables", "rdf", "--pairs", "C-H", "--bin-width", "0.1"]) == 0
    result = load_analysis(methane)["rdf"]
    assert result["g_CH"].values.max() > 10
    assert any(note.startswith("The molecules are unknown") for note in result.notes)


def test_dipoles_of_a_model_on_several_processes(fair: Path, tmp_path: Path) -> None:
    # After the first observable torch has threads, for which forked processes waited for ever.
    model = export(tmp_path / "polar.pt", "charge")
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    for file, jobs in zip(files, ("1", "2"), strict=True):
        command = ["analyze", str(fair), "--observables", "dipole,dipole-relaxation,dielectric", "--jobs", jobs]
        assert main([*command, "--dipole-model", str(model), "-o", str(file)]) == 0
    one, two = (load_analysis(file) for file in files)
    for name in ("dipole", "dielectric"):
        for quantity in one[name].quantities:
            assert two[name][quantity.name].values == pytest.approx(quantity.values, rel=1e-6, abs=1e-9)


def test_runs_of_which_nothing_can_be_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    single = write_run(tmp_path / "single", frames=1)
    assert main(["analyze", str(single), "--observables", "rdf"]) == 1
    assert "expected at least 2 frames" in capsys.readouterr().err
    other = write_run(tmp_path / "other", frames=3, symbols="OHO")
    assert main(["analyze", str(other), "--observables", "orientation"]) == 1
    assert "this isn't water" in capsys.readouterr().err
    empty = write_run(tmp_path / "empty", frames=3)
    (empty / "water.dump").write_text("")
    assert main(["analyze", str(empty), "--observables", "rdf"]) == 1
    assert "water.dump`: expected a trajectory, got an empty file" in capsys.readouterr().err


def test_wrong_names(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(bare), "--names", "a,b"]) == 2
    assert "`--names`: expected 1 names, the reference's included, got 2" in capsys.readouterr().err
    assert main(["analyze", str(bare), str(bare), "--name", "a"]) == 2
    assert "expected one run with `--output` and `--name`, got several" in capsys.readouterr().err


def test_names_that_are_not_text(tmp_path: Path) -> None:
    run = write_run(tmp_path / os.fsdecode(b"r\xffn"), frames=100)
    page = tmp_path / "page.html"
    assert main(["report", str(run), "--observables", "dipole", "--title", os.fsdecode(b"\xff"), "-o", str(page)]) == 0
    assert "r\N{REPLACEMENT CHARACTER}n" in page.read_text(encoding="utf-8")
    assert main(["analyze", str(run), "--observables", "dipole"]) == 0
    assert load_analysis(run).name == "r\N{REPLACEMENT CHARACTER}n"


def test_files_of_runs_are_never_replaced(bare: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    only = ["--observables", "dipole"]
    assert main(["analyze", str(bare), *only]) == 0
    probe = tmp_path / "probe.json"
    probe.write_text("{}")
    files = [bare / "water.dump", bare / "log.lammps", bare / "analysis.json", probe]
    before = [file.read_bytes() for file in files]
    commands = [["compare", str(bare), *only, "--json"], ["report", str(bare), *only, "--probe", str(probe), "-o"]]
    for command in [["analyze", str(bare), *only, "-o"], *commands]:
        for file in files:
            if (command[0], file.name) not in (("analyze", "analysis.json"), ("analyze", "probe.json")):
                assert main([*command, str(file)]) == 2
                assert "expected a" in capsys.readouterr().err
                if (command[0], file.name) != ("compare", "probe.json"):
                    assert main([*command, str(file), "--force"]) == 2
    assert [file.read_bytes() for file in files] == before
    other = tmp_path / "other.html"
    other.write_text("<html>")
    assert main(["report", str(bare), *only, "-o", str(other)]) == 2
    assert "expected a new file or a page of `tumble report`" in capsys.readouterr().err
    for options in (["--force"], []):
        assert main(["report", str(bare), *only, "-o", str(other), *options]) == 0


def test_figures_of_names_that_are_no_names_of_files(bare: Path, tmp_path: Path) -> None:
    command = ["analyze", str(bare), "--observables", "dipole", "--name", "a/b", "-o", str(tmp_path / "x.json")]
    for _ in range(2):
        assert main([*command, "--plots", str(tmp_path / "plots")]) == 0
    assert [path.name for path in (tmp_path / "plots").iterdir()] == ["a_b-dipole.png"]


def test_what_can_be_had_is_written_before_the_rest_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = write_run(tmp_path / "run", frames=100)
    assert main(["analyze", str(run), "--observables", "dipole,gyration,dipole"]) == 1
    assert "gyration: `universe`: expected ring polymers" in capsys.readouterr().err
    assert [result.observable for result in load_analysis(run).results] == ["dipole"]


def test_files_beside_each_other_have_analyses_of_their_own(fair: Path, tmp_path: Path) -> None:
    for name in ("a.dump", "b.dump"):
        (tmp_path / name).write_text((fair / "water.dump").read_text())
    assert main(["analyze", str(tmp_path / "a.dump"), str(tmp_path / "b.dump"), "--observables", "dipole"]) == 0
    assert sorted(path.name for path in tmp_path.glob("*.json")) == ["a.dump.analysis.json", "b.dump.analysis.json"]


def test_frames_are_chosen_by_their_times(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", frames=40)
    # From the twentieth frame on, steps are five times as far apart.
    lines = (run / "water.dump").read_text().splitlines()
    places = [index + 1 for index, line in enumerate(lines) if line == "ITEM: TIMESTEP"]
    for number, place in enumerate(places):
        lines[place] = str(10 * number if number < 20 else 190 + 50 * (number - 19))
    (run / "water.dump").write_text("\n".join(lines) + "\n")
    assert main(["analyze", str(run), "--observables", "dipole", "--start", "0.5"]) == 0
    assert load_analysis(run)["dipole"].metadata["first_frame"] == 36  # step 1040


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "nowhere/x.json"], "expected a file in a folder that exists, got `nowhere/x.json`"),
    ],
)
def test_options_that_can_not_be(
    bare: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyze", str(bare), "--observables", "dipole", *arguments]) == 2
    assert message in capsys.readouterr().err
