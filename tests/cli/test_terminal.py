"""Output in encodings that lack letters, and of names of files that aren't UTF-8."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest

from tumble.cli.terminal import fit_output, printable


@pytest.mark.parametrize(
    ("encoding", "text", "shown"),
    [
        ("ascii", "2.95 ± 0.02 Å², 7 σ, 10⁻¹⁵ cm⁻¹ × 2 – 3…", "2.95 +/- 0.02 A^2, 7 sigma, 10^-15 cm^-1 x 2 - 3..."),
        ("ascii", "水 é", "\\u6c34 e"),
        ("latin-1", "±0.1 Å – σ", "±0.1 Å - sigma"),
        ("utf-8", "±0.1 Å² 水", "±0.1 Å² 水"),
        ("utf-8", os.fsdecode(b"r\xffn"), "r\\xffn"),
    ],
)
def test_letters_that_an_encoding_lacks(encoding: str, text: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding))
    fit_output()
    print(text, end="", flush=True)
    assert written.getvalue().decode(encoding) == shown


def test_help_on_a_terminal_of_ascii() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "tumble", "analyze", "--help"]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=True)
    assert "--cutoff A" in found.stdout


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_fault(closed: str) -> None:
    command = f'"{sys.executable}" -m tumble rotations octahedral {closed}'
    found = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=240, check=False)
    assert (found.returncode, found.stderr) == (0, "")


def test_a_closed_stream_gives_its_number_to_no_other_file() -> None:
    code = "from tumble.cli.terminal import open_closed_streams as f; f(); print(open('/dev/zero').fileno() > 2)"
    command = f'"{sys.executable}" -c "{code}" <&- 2>&-'
    found = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=240, check=True)
    assert found.stdout == "True\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("water é 水 ±\N{NO-BREAK SPACE}1\nÅ", "water é 水 ±\N{NO-BREAK SPACE}1\nÅ"),
        ("\x1b[2J\x07\r\t", "\\x1b[2J\\x07\\r\\t"),
        ("a\x9bb\u202ec\u200bd\u2028", "a\\x9bb\\u202ec\\u200bd\\u2028"),
        (os.fsdecode(b"r\xffn"), os.fsdecode(b"r\xffn")),
    ],
)
def test_text_of_strangers(text: str, shown: str) -> None:
    assert printable(text) == shown
