"""References that can't be evaluated: the error names the file, and says that its own structure is meant."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.broken_models import NeverEnds, RaisesBeyond
from support.model_files import with_metadata, with_metadata_text, with_other_network

import tumble
from tumble import metadata
from tumble.errors import EvaluationError, MetadataError, ModelFileError, ReferenceMismatch

ModelFile = Callable[[str], Path]


def with_reference(source: Path, target: Path, **fields: Any) -> Path:
    """A copy of a model file whose first reference alone has other fields."""
    references = [metadata.read(source)["references"][0] | fields]
    return with_metadata(source, target, references=references)


@pytest.mark.parametrize(
    ("fields", "error", "text"),
    [
        (
            {"positions": [[0, 0, 0], [0, 0, 0], [0, 0, 1]]},
            ModelFileError,
            ".*atom 0 and atom 1",
        ),
        ({"positions": [[1e9, 0, 0], [0, 0, 0], [0, 0, 1]]}, ModelFileError, "`positions`"),
        ({"energy": 0.125}, ReferenceMismatch, r"energy 0\.125 eV"),
    ],
)
def test_the_file_is_named(
    tmp_path: Path, model_file: ModelFile, fields: dict[str, Any], error: type[Exception], text: str
) -> None:
    path = with_reference(model_file("pair"), tmp_path / "altered.pt", **fields)
    with pytest.raises(error, match=rf"model file `{path}`: .*`reference 1`.*{text}"):
        tumble.load(path, "cpu")


def test_a_model_that_fails_on_its_reference(tmp_path: Path, model_file: ModelFile) -> None:
    path = with_other_network(model_file("pair"), tmp_path / "raises.pt", RaisesBeyond(3.0))
    text = rf"model file `{path}`: .*`reference 1` .*come too close"
    with pytest.raises(EvaluationError, match=f"(?s){text}"):
        tumble.load(path, "cpu")
    with pytest.raises(EvaluationError, match=f"(?s){text}"):
        tumble.load(path, "cpu", check=False).warm_up()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"cutoff": 1000.0}, r"`cutoff`: .* 100 Å, got 1000"),
        ({"cutoff": 5e-324}, None),
        ({"name": "\x1b[31mwater\n"}, None),
        ({"species": ["O", "\x1b[31m"]}, r"`species\[1\]`: .*printed"),
        ({"outputs": ["energy", "\u202e"]}, r"`outputs\[1\]`: .*printed"),
    ],
)
def test_metadata_with_bounds(model_file: ModelFile, change: dict[str, Any], text: str | None) -> None:
    document = dict(metadata.read(model_file("pair"))) | change
    if text is None:
        assert "\x1b" not in tumble._core.parse_metadata(json.dumps(document)).name
        return
    with pytest.raises(MetadataError, match=text):
        tumble._core.parse_metadata(json.dumps(document))


@pytest.mark.parametrize(
    ("cell", "periodic"),
    [
        ([[1e-6, 0, 0], [0, 9, 0], [0, 0, 9]], [True, True, True]),
        ([[1e-6, 0, 0], [0, 9, 0], [0, 0, 9]], [True, False, False]),
        ([[0.01, 0, 0], [0.01, 0.001, 0], [0, 0, 9]], [True, True, False]),
        ([[0, 0, 0], [0, 0, 0], [0, 0, 0]], [True, True, True]),
    ],
)
def test_tiny_cells_of_references(
    model_file: ModelFile, tmp_path: Path, cell: list[list[float]], periodic: list[bool]
) -> None:
    path = with_reference(model_file("pair"), tmp_path / "tiny.pt", cell=cell, periodic=periodic)
    text = rf"{path}`: its reference structure `.*` can't be evaluated: `cell`.*: expected "
    with pytest.raises(ModelFileError, match=text):
        tumble.load(path, "cpu")
    with pytest.raises(ModelFileError, match=text):
        tumble.load(path, "cpu", check=False).warm_up()


#: A user's modes and threads are as before, although the load that was given up goes on computing.
INTERRUPTED = """
import sys, threading, torch, tumble
torch.set_default_dtype(torch.float64)
torch.set_float32_matmul_precision("medium")
torch.set_num_threads(3)
try:
    tumble.load(sys.argv[1], "cpu")
except KeyboardInterrupt:
    assert torch.get_default_dtype() == torch.float64
    assert torch.get_float32_matmul_precision() == "medium"
    counts = [torch.get_num_threads()]
    thread = threading.Thread(target=lambda: counts.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    assert counts == [3, 3], counts
    raise SystemExit(7)
"""


def test_a_program_that_never_ends_can_be_interrupted(tmp_path: Path, model_file: ModelFile) -> None:
    path = with_other_network(model_file("pair"), tmp_path / "endless.pt", NeverEnds())
    command = [sys.executable, "-u", "-c", INTERRUPTED, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ}) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "never ends\n"
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=600) == 7
        finally:
            process.kill()


def test_names_in_errors_are_printable(tmp_path: Path, model_file: ModelFile) -> None:
    def rename(text: bytes) -> bytes:
        document = json.loads(text)
        document["references"][0] |= {"name": "a\x1b[2Jb\x85\u202ec\u00e9", "energy": 0.125}
        return json.dumps(document).encode()

    path = with_metadata_text(model_file("pair"), tmp_path / "named.pt", rename)
    with pytest.raises(ReferenceMismatch, match=r"`a\\x1b\[2Jb\\x85\\u202ecé`: .*energy"):
        tumble.load(path, "cpu")
