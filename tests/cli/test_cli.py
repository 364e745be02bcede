"""The command line: how it ends, and its help."""

from __future__ import annotations

import errno
import re
import subprocess
import sys

import pytest
from support.command_line import run

import tumble
from tumble import metadata
from tumble.cli import main


def test_missing_arguments_come_with_an_example(capsys):
    for command, example in (
        ("export", "tumble export TRAINING-FOLDER -o my-water.pt --name my-water"),
        ("drive", "tumble drive water --unix my-water --structure water64.xyz"),
    ):
        with pytest.raises(SystemExit) as caught:
            main([command, "water"])
        assert caught.value.code == 2
        err = capsys.readouterr().err
        assert f"tumble {command}: error: the following arguments are required: -" in err
        assert err.endswith(f"; for example: `{example}`\n")


@pytest.mark.parametrize(
    ("arguments", "expected", "text"),
    [
        (
            ["info", "no-such-model"],
            1,
            "tumble: error: model `no-such-model`: ",
        ),
        (
            ["evaluate", "MODEL", "no-such-file"],
            1,
            "tumble: error: `frames`: .*got `no-such-file`",
        ),
        (
            ["evaluate", "MODEL", "FRAMES", "--device", "tpu"],
            2,
            "tumble: error: `device`: .*auto, cpu, cuda or cuda:N",
        ),
        (
            ["evaluate", "MODEL", "FRAMES", "--batch", "0"],
            2,
            "tumble: error: `batch`: .* 0, got 0",
        ),
        (
            ["evaluate", "no-such-model", "FRAMES", "--json", "/no/such/folder/a.json"],  # before the model is loaded
            2,
            r"tumble: error: `--json`: .*got `/no/such/folder/a\.json`",
        ),
    ],
)
def test_failures_and_wrong_settings_have_a_status_and_no_traceback(
    capsys, model_file, frames, arguments, expected, text
):
    names = {"MODEL": model_file("pair"), "FRAMES": frames}
    status, _, err = run(capsys, *(names.get(argument, argument) for argument in arguments))
    assert status == expected
    assert re.search(text, err)
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["info"],
        ["export", "folder"],
        ["evaluate", "model"],
        ["drive", "model", "--structure", "a.xyz", "--port", "1"],
        ["drive", "model", "--structure", "a.xyz", "--host", "here"],
        ["drive", "model", "--structure", "a.xyz", "--unix", "a", "--port", "1"],
        ["drive", "model", "--structure", "a.xyz", "--unix", "a", "--periodic", "x,y"],
    ],
)
def test_wrong_usage_has_status_2(capsys, arguments):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "usage: tumble" in capsys.readouterr().err


def test_an_interruption_has_status_130(capsys, monkeypatch, model_file):
    def interrupt(path):
        raise KeyboardInterrupt

    monkeypatch.setattr(metadata, "read", interrupt)
    assert run(capsys, "info", model_file("pair")) == (130, "", "tumble: interrupted\n")


def test_a_reader_that_goes_away_is_no_error():
    """As in `tumble ... | head`: before the first word, which is in a buffer till the end, and amid many."""
    for name, lines in (("none", 0), ("lebedev:10", 2)):
        command = [sys.executable, "-m", "tumble", "rotations", name, "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            for _ in range(lines):
                assert process.stdout.readline()
            process.stdout.close()
            _, err = process.communicate(timeout=600)
        assert (process.returncode, err) == (141, b"")


def test_other_broken_pipes_are_errors(capsys, monkeypatch, model_file):
    def lose(path):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr(metadata, "read", lose)
    assert run(capsys, "info", model_file("pair")) == (1, "", "tumble: error: broken pipe\n")


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    out = capsys.readouterr().out
    for command in ("export", "info", "evaluate", "train", "drive", "models", "demo"):
        assert f"\n    {command} " in out


def test_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "tumble", "--version"], capture_output=True, text=True, check=True, timeout=600
    )
    assert done.stdout == f"tumble {tumble.__version__}\n"
