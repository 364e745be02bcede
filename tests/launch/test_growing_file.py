"""Files that grow."""

from __future__ import annotations

from pathlib import Path

from tumble.launch.growing_file import GrowingFile, size_of, tail_of


def test_complete_lines_once(tmp_path: Path) -> None:
    path = tmp_path / "log"
    file = GrowingFile(path)
    assert file.new_lines() == []
    path.write_text("one\ntw")
    assert file.new_lines() == ["one"]
    path.write_text("one\ntwo\n")
    assert file.new_lines() == ["two"]


def test_bytes_of_earlier_starts_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("old\n")
    file = GrowingFile(path, size_of(path))
    path.write_text("old\nnew\n")
    assert file.new_lines() == ["new"]


def test_tail(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("one\ntwo\n")
    assert tail_of(tmp_path / "log", 4) == b"two\n"
    assert tail_of(tmp_path / "log", 100) == b"one\ntwo\n"
    assert tail_of(tmp_path / "none", 100) == b""
