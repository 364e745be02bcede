"""`tumble models`: models that are found, and files that are none."""

from __future__ import annotations

import os

from support.command_line import run
from support.model_files import with_metadata


def test_models_names_each_broken_file(capsys, model_file, tmp_path, monkeypatch):
    monkeypatch.setenv("TUMBLE_MODELS", str(tmp_path))
    with_metadata(model_file("pair"), tmp_path / "field.pt", cutoff=-1.0)
    content = bytearray(model_file("pair").read_bytes())
    content[content.index(b'"cutoff"')] ^= 1
    (tmp_path / "flipped.pt").write_bytes(content)
    (tmp_path / "empty.pt").write_bytes(b"")
    (tmp_path / "folder.pt").mkdir()
    os.mkfifo(tmp_path / "pipe.pt")  # nobody waits for it
    status, _, err = run(capsys, "models")
    assert status == 0
    lines = sorted(err.splitlines())
    assert len(lines) == 3
    expected = (
        ("empty", "the file is empty"),
        ("field", "metadata field `cutoff`: expected a length"),
        ("flipped", "truncated or corrupt (record `"),
    )
    for line, (name, text) in zip(lines, expected, strict=True):
        assert line.startswith(f"tumble: warning: model file `{tmp_path / name}.pt`: {text}")


def test_models(capsys, model_file, tmp_path, monkeypatch):
    monkeypatch.setenv("TUMBLE_MODELS", str(model_file("pair").parent))
    model_file("two_hop")
    (model_file("pair").parent / "broken.pt").write_bytes(b"no model")
    status, out, err = run(capsys, "models")
    (model_file("pair").parent / "broken.pt").unlink()
    assert status == 0
    rows = out.splitlines()
    assert rows[0].split() == ["name", "species", "cutoff", "parameters", "symmetry", "size", "path"]
    (row,) = [row for row in rows if row.startswith("pair ")]
    assert row.split()[:7] == ["pair", "O", "H", "4", "Å", "0", "O(3)"]
    assert row.endswith(str(model_file("pair")))
    assert any(row.startswith("two_hop ") for row in rows)
    assert "tumble: warning: model file `" in err
    assert "broken.pt`: expected a TorchScript archive" in err
