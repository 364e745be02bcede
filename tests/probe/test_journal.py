"""The file that a probe continues from: what is in it, and what is refused."""

from __future__ import annotations

import json

import pytest

from tumble.errors import ConfigurationError
from tumble.probe.journal import Journal
from tumble.probe.records import Deviation, Record, StructureSpectrum

SUBJECT = {"model": "abc", "sets": ("none", "tetrahedral"), "seed": None}


def record(key, check=False) -> Record:
    deviation = Deviation(0.1, 0.01, 0.2, 0.04, 1 / 3, 1 / 9)
    spectrum = StructureSpectrum([0.0, 1.0], [0.5, 0.25], 1.5, 0.8)
    return Record(key, 3, [deviation, deviation], [deviation], [], spectrum, deviation if check else None)


def written(path) -> bytes:
    with Journal(path, SUBJECT) as journal:
        journal.append(record("a", check=True))
        journal.append(record("b"))
    return path.read_bytes()


def test_records_come_back(tmp_path):
    written(tmp_path / "j")
    with Journal(tmp_path / "j", SUBJECT) as journal:
        assert journal.find("a") == record("a", check=True)
        assert journal.find("b") == record("b")
        assert journal.find("c") is None


@pytest.mark.parametrize("cut", [1, 5, 100])
def test_an_unfinished_line_is_dropped(tmp_path, cut):
    content = written(tmp_path / "j")
    (tmp_path / "j").write_bytes(content[:-cut])
    with Journal(tmp_path / "j", SUBJECT) as journal:
        assert journal.find("a") is not None
        assert journal.find("b") is None
        journal.append(record("b"))
    assert (tmp_path / "j").read_bytes() == content


def test_killed_in_the_first_line(tmp_path):
    content = written(tmp_path / "j")
    (tmp_path / "j").write_bytes(content[:20])
    assert written(tmp_path / "j") == content


@pytest.mark.parametrize(
    "content",
    [
        b"1 2 3\n4 5 6\n",
        b"no newline",
        b'{"format": "tumble probe 9", "subject": {}}\n',
        b"[]\n",
    ],
)
def test_other_files_are_left_alone(tmp_path, content):
    (tmp_path / "j").write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"`resume`: .*got another file in `.*j`"):
        Journal(tmp_path / "j", SUBJECT)
    assert (tmp_path / "j").read_bytes() == content


def test_a_damaged_line(tmp_path):
    lines = written(tmp_path / "j").splitlines(keepends=True)
    (tmp_path / "j").write_bytes(lines[0] + lines[1][:50] + b"\n" + lines[2])
    with pytest.raises(ConfigurationError, match=r"`resume`: .*damaged line 2 in"):
        Journal(tmp_path / "j", SUBJECT)


def test_another_model_or_other_options(tmp_path):
    written(tmp_path / "j")
    with pytest.raises(ConfigurationError, match=r"got .*`model`, `seed`"):
        Journal(tmp_path / "j", SUBJECT | {"model": "abd", "seed": 3})


def test_one_probe_at_a_time(tmp_path):
    with (
        Journal(tmp_path / "j", SUBJECT),
        pytest.raises(ConfigurationError, match=r"`resume`: .*other probe"),
    ):
        Journal(tmp_path / "j", SUBJECT)


def test_each_line_is_json(tmp_path):
    first, *others = map(json.loads, written(tmp_path / "j").splitlines())
    assert first == {"format": "tumble probe 1", "subject": json.loads(json.dumps(SUBJECT))}
    assert [one["key"] for one in others] == ["a", "b"]
