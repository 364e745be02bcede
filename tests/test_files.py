"""Hashes, names and atomic writing of files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tumble.files import check_place, set_aside, sha256, shown, write_atomically


def test_hash(tmp_path):
    """The value is the example of FIPS 180-2, appendix B.1."""
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_names_that_no_figure_and_no_terminal_can_show():
    assert shown("ice é 水") == "ice é 水"
    assert shown(os.fsdecode(b"a\xff\x1b[31m\n")) == "a\ufffd\ufffd[31m\ufffd"


def test_places(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_place(Path("a"))
    check_place(tmp_path / "a")
    for path in (Path("gone/a"), tmp_path / "gone" / "a"):
        with pytest.raises(FileNotFoundError, match="expected a file in a folder that exists") as missing:
            check_place(path)
        assert missing.value.filename == str(path)
    Path("pipe").symlink_to("/dev/null")
    for path, kind in ((tmp_path, "a folder"), (Path("pipe"), "a device or a pipe")):
        with pytest.raises(FileExistsError, match=f"expected .*, got {kind}"):
            check_place(path)
    Path("a").touch()
    check_place(Path("a"))


def test_a_failed_write_changes_nothing(tmp_path, monkeypatch):
    path = tmp_path / "a"
    write_atomically(path, b"old")

    def full_disk(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left on device") as failed:
        write_atomically(path, b"new")
    assert failed.value.filename == str(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_device_is_named():
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        write_atomically(Path("/dev/full"), b"new")


def test_files_that_are_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "RESTART"
    for text in ("first", "second"):
        path.write_text(text)
        set_aside(path)
    set_aside(path)  # there is none
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {
        "#RESTART#0#": "first",
        "#RESTART#1#": "second",
    }
