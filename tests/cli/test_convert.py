"""`tumble convert`, with the kind `toy` of tests/support/toy_kind.py."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from ase.io import write
from support.command_line import run
from support.systems import systems
from support.toy_kind import Write

import tumble
from tumble import metadata

#: `tumble` in a process that fails if it has loaded torch.
WITHOUT_TORCH = """
import sys
from tumble.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    assert end.code == 0
assert "torch" not in sys.modules
"""


@pytest.mark.parametrize("command", [["--help"], ["convert", "--help"]], ids=" ".join)
def test_help_answers_at_once(command: list[str]) -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_TORCH, *command], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert "convert" in done.stdout


def test_help_names_kinds_sources_and_options() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tumble", "convert", "--help"], capture_output=True, text=True, timeout=240
    )
    words = " ".join(done.stdout.split())
    assert "sevennet: a checkpoint" in words
    assert "options head (head of a model with several)" in words


def test_convert(capsys, toy_source: Write, tmp_path: Path) -> None:
    output = tmp_path / "toy.pt"
    status, out, err = run(capsys, "convert", "toy", toy_source(), "-o", output)
    assert status == 0, err
    header, *rows = out.splitlines()
    titles = re.split(r"  +", "compared with the package  atoms  energy, eV  difference  forces, eV/Å  difference")
    assert re.split(r"  +", header) == titles
    assert [re.split(r"  +", row.strip())[:2] for row in rows] == [
        ["dense box", "24"],
        ["cluster", "6"],
        ["small triclinic box", "2"],
        ["isolated atom", "1"],
    ]
    assert all(abs(float(row.split()[-1])) < 1e-12 for row in rows)
    assert f"wrote {output}: " in err
    assert "2 elements, cutoff 4 Å, depth 1, " in err
    tumble.load(output, "cpu")


def test_convert_with_every_option(capsys, toy_source: Write, tmp_path: Path) -> None:
    output, frames = tmp_path / "toy.pt", tmp_path / "frames.xyz"
    write(frames, [systems()["molecule"], systems()["triclinic"], systems()["liquid"]])
    source = toy_source(tasks=["a", "b"], strengths=[0.4, 0.8])
    what = ("--elements", "O", "H", "--dtype", "float32", "--option", "task=b", "--references", frames, "--count", 2)
    words = ("--name", "mine", "--licence", "MIT", "--citation", "me")
    status, out, err = run(capsys, "convert", "toy", source, "-o", output, *what, *words)
    assert status == 0, err
    assert out.splitlines()[1].startswith("frames.xyz, frame 0 ")
    document = metadata.read(output)
    assert (document["species"], document["dtype"], document["baseline"]) == (["O", "H"], "float32", [-430.0, -13.6])
    assert [document[key] for key in ("name", "licence", "citation")] == ["mine", "MIT", "me"]
    assert [each["name"] for each in document["references"]] == ["frames.xyz, frame 0", "frames.xyz, frame 1"]
    assert document["provenance"]["configuration"]["options"] == {"task": "b"}


def test_other_numbers_than_the_packages(capsys, toy_source: Write, tmp_path: Path) -> None:
    source = toy_source(wrong=1.001)
    status, out, err = run(capsys, "convert", "toy", source, "-o", tmp_path / "toy.pt")
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert "tumble: error: expected the results of the package for `dense box`" in err
    assert list(tmp_path.iterdir()) == [source]


def test_a_package_without_calculator(capsys, toy_source: Write, tmp_path: Path) -> None:
    status, out, _ = run(capsys, "convert", "toy", toy_source(calculator=False), "-o", tmp_path / "toy.pt")
    assert (status, out) == (0, "the package has no ASE calculator to compare with\n")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--option", "task"], "`option`: expected NAME=VALUE, each name once, got `task`"),
        (["--option", "task="], "got `task=`"),
        (["--option", "=only"], "got `=only`"),
        (["--option", "task=only", "--option", "task=other"], "got `task=other`"),
        (["--option", "tsk=only"], "`option`: expected an option of `toy`, got `tsk`; did you mean `task`?"),
        (["--option", "task=other"], "`task`: expected one of only, got `other`"),
        (["--elements", "H", "Fe"], "`elements`: expected some of H, O, got `Fe`"),
        (["--elements", "H", "H"], "`elements`: expected each once, got H, H"),
        (["--count", 0], "`count`: expected an integer above 0, got 0"),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, list) else "",
)
def test_wrong_options(capsys, toy_source: Write, tmp_path: Path, options: list[object], words: str) -> None:
    source = toy_source()
    status, out, err = run(capsys, "convert", "toy", source, "-o", tmp_path / "toy.pt", *options)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("tumble: error: ")
    assert words in err
    assert list(tmp_path.iterdir()) == [source]


def test_missing_references(capsys, toy_source: Write, tmp_path: Path) -> None:
    status, _, err = run(capsys, "convert", "toy", toy_source(), "-o", tmp_path / "toy.pt", "--references", "gone.xyz")
    assert (status, err.count("\n"), "gone.xyz" in err) == (1, 1, True)


def test_a_broken_source(capsys, toy_source: Write, tmp_path: Path) -> None:
    source = toy_source()
    source.write_bytes(b"\x80\x81")
    status, _, err = run(capsys, "convert", "toy", source, "-o", tmp_path / "toy.pt")
    assert (status, err.count("\n")) == (1, 1)
    assert f"`source`: expected a JSON file, got `{source}`" in err


def test_an_unknown_kind_is_a_wrong_command_line(capsys, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as end:
        run(capsys, "convert", "sevenet", "7net-0", "-o", tmp_path / "x.pt")
    assert end.value.code == 2
    assert "'sevenet'" in capsys.readouterr().err


def test_a_missing_package(capsys, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "mace", None)
    status, _, err = run(capsys, "convert", "mace", "m.model", "-o", tmp_path / "m.pt")
    assert f"`mace`: expected the package `mace` in this environment, {sys.prefix}, got" in err
    assert (status, err.count("\n")) == (2, 1)
    assert "`pip install mace-torch==" in err


def test_what_is_overwritten(capsys, toy_source: Write, tmp_path: Path) -> None:
    source, output = toy_source(), tmp_path / "toy.pt"
    output.write_text("notes")
    status, _, err = run(capsys, "convert", "toy", source, "-o", output)
    assert (status, output.read_text()) == (2, "notes")
    assert "`--output`: expected a new file or a model file, got" in err
    assert run(capsys, "convert", "toy", source, "-o", output, "--overwrite")[0] == 0
    # an older model file is replaced without asking, a source never
    assert run(capsys, "convert", "toy", source, "-o", output, "--name", "second")[0] == 0
    assert metadata.read(output)["name"] == "second"
    before = source.read_bytes()
    status, _, err = run(capsys, "convert", "toy", source, "-o", source, "--overwrite")
    assert (status, source.read_bytes()) == (2, before)
    assert "expected another file than" in err


def test_a_file_in_a_source_folder_is_never_overwritten(capsys, tmp_path: Path) -> None:
    (tmp_path / "input.nn").write_text("elements H")
    options = ("-o", tmp_path / "input.nn", "--overwrite")
    status, _, err = run(capsys, "convert", "n2p2", tmp_path, *options)
    assert (status, (tmp_path / "input.nn").read_text()) == (2, "elements H")
    assert "expected another file than" in err


def test_a_folder_that_is_not_there(capsys, toy_source: Write, tmp_path: Path) -> None:
    status, _, err = run(capsys, "convert", "toy", toy_source(), "-o", tmp_path / "gone" / "toy.pt")
    assert (status, "`--output`: expected a file in a folder that exists" in err) == (2, True)
