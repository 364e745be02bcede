"""Files that commands write: never an input by any name, nor another's work."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import ase.io
import numpy as np
import pytest
import torch
from ase import Atoms
from matplotlib.figure import Figure

from tumble.cli import main
from tumble.errors import ConfigurationError
from tumble.figures.plot import write_figure
from tumble.files import write_atomically
from tumble.outputs import ANALYSIS, FIGURE, MODEL, PAGE, VERDICTS, check_distinct, check_figure, check_output


def test_an_input_by_any_name(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('{"format": "tumble-analysis-1"}')
    (tmp_path / "soft").symlink_to(file)
    os.link(file, tmp_path / "hard")
    for name in ("a.json", "soft", "hard", "../" + tmp_path.name + "/a.json"):
        with pytest.raises(ConfigurationError, match=r"`--output`: .*another file than `"):
            check_output("output", tmp_path / name, ANALYSIS, inputs=[tmp_path / "gone", file], overwrite=True)
    check_output("output", tmp_path / "new.json", ANALYSIS, inputs=[file])


def test_two_outputs_in_one_file(tmp_path: Path) -> None:
    check_distinct({"json": tmp_path / "a", "plot": tmp_path / "b", "map": None})
    check_distinct({"json": Path("/dev/null"), "plot": Path("/dev/null")})
    again = tmp_path / "folder" / ".." / "a"
    with pytest.raises(ConfigurationError, match=r"`--plot`: .*`--json`, got `.*folder/\.\./a`"):
        check_distinct({"json": tmp_path / "a", "map": None, "plot": again})


@pytest.mark.parametrize("name", ["a.xyz", "a", ".png", "a.jpg", "a.pgf"])
def test_figures_have_known_formats(name: str) -> None:
    """Those in which the mark of a figure is: matplotlib writes others, some with TeX, which no command recognizes."""
    with pytest.raises(ConfigurationError, match=rf"`--plot`: .*\.pdf, got `{re.escape(name)}`"):
        check_figure("plot", Path(name))
    for known in (None, Path("a.PNG"), Path("a.b.svg")):
        check_figure("plot", known)


def test_a_folder_of_somebody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.json"
    # Permissions don't bind the superuser, as whom tests may run.
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK or tmp_path not in (path, *path.parents))
    for text in (None, ""):
        if text is not None:
            file.write_text(text)
        with pytest.raises(ConfigurationError, match=r"`--output`: .*`.*a\.json`"):
            check_output("output", file, ANALYSIS, overwrite=True)
    check_output("output", Path("/dev/null"), ANALYSIS)


@pytest.mark.parametrize("text", ["frames", '{"format": "other"}', '{"format": "tumble-verdicts-1"}'])
def test_other_kinds(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(text)
    with pytest.raises(ConfigurationError, match=r"`tumble analyze`, got `.*a\.json`"):
        check_output("output", file, ANALYSIS)
    check_output("output", file, ANALYSIS, overwrite=True)


def test_what_may_be_replaced(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    for text in ("", '{"format": "tumble-verdicts-1", "rows": [', '{\n  "format": "tumble-verdicts-2"}'):
        file.write_text(text)
        check_output("json", file, VERDICTS)
    check_output("json", None, VERDICTS)


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_figures_are_known(tmp_path: Path, ending: str) -> None:
    own, other = tmp_path / f"own.{ending}", tmp_path / f"other.{ending}"
    figure = Figure()
    figure.subplots().plot(np.random.default_rng(1).normal(size=(3000, 4)))
    write_figure(figure, own)
    figure.savefig(other)
    check_output("plot", own, FIGURE)
    with pytest.raises(ConfigurationError, match="figure of tumble"):
        check_output("plot", other, FIGURE)


def test_models_are_known(tmp_path: Path, model_file: Callable[[str], Path]) -> None:
    check_output("output", model_file("pair"), MODEL)
    torch.save({"model": {}}, tmp_path / "model.pt")
    with pytest.raises(ConfigurationError, match=r"new file .*model"):
        check_output("output", tmp_path / "model.pt", MODEL)


def test_places_that_are_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="got the folder"):
        check_output("output", tmp_path, PAGE)
    with pytest.raises(ConfigurationError, match="folder that exists"):
        check_output("output", tmp_path / "a" / "b", PAGE)
    with pytest.raises(ConfigurationError, match=r"`--json`: .* got `-`"):
        check_output("json", Path("-"), PAGE)
    check_output("output", Path("/dev/null"), PAGE)


def test_pipes_are_written_to_and_stay(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_atomically(pipe, b"page")
    assert os.read(reader, 100) == b"page"
    os.close(reader)
    assert pipe.is_fifo()


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    ase.io.write(tmp_path / "water.extxyz", Atoms("OH2", [[0, 0, 0], [0.76, 0.59, 0], [-0.76, 0.59, 0]]))
    return tmp_path / "water.extxyz"


@pytest.mark.parametrize(
    "command",
    [
        ["evaluate", "MODEL", "FRAMES", "--json", "FILE"],
        ["probe", "MODEL", "FRAMES", "--json", "FILE"],
        ["probe", "MODEL", "FRAMES", "--resume", "FILE"],
        ["ordering", "MODEL", "FRAMES", "-o", "FILE"],
        ["ordering", "MODEL", "FRAMES", "--relaxed", "FILE"],
        ["drive", "MODEL", "--structure", "FRAMES", "--unix", "x", "--symmetry-log", "FILE"],
    ],
)
def test_commands_keep_their_inputs(
    command: list[str],
    frames: Path,
    model_file: Callable[[str], Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = tmp_path / "model.pt"
    model.write_bytes(model_file("pair").read_bytes())
    for victim in (frames, model):
        before = victim.read_bytes()
        words = {"MODEL": str(model), "FRAMES": str(frames), "FILE": str(victim)}
        arguments = [words.get(word, word) for word in command]
        assert main(arguments) == 2
        assert f"expected another file than `{victim}`, which this command reads" in capsys.readouterr().err
        if command[0] != "drive":
            assert main([*arguments, "--overwrite"]) == 2
        assert victim.read_bytes() == before


def test_results_say_what_they_are(frames: Path, model_file: Callable[[str], Path], tmp_path: Path) -> None:
    out = tmp_path / "probe.json"
    command = ["probe", str(model_file("pair")), str(frames), "--sets", "tetrahedral", "--reference", "octahedral"]
    command += ["--random", "0", "--spectrum", "0", "--json", str(out), "--plot", str(tmp_path / "probe.png")]
    for _ in range(2):  # the second replaces the first
        assert main(command) == 0
    assert json.loads(out.read_text())["format"].startswith("tumble-probe-")
