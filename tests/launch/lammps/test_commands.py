"""Commands of scripts: whole, with the words that LAMMPS sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from tumble.errors import ConfigurationError
from tumble.launch.lammps.commands import is_done, place_of_run, read_script

TEXT = (
    """# a comment with run 5
units metal
velocity all create 300 1 &
   mom yes
include more.in
fix out all print 10 "$(step) $(temp)" file temp.txt  # rows
run $(v_a * (1 + v_b)) pre no
print """
    + '"""two\nlines"""'
    + """
"""
)


def test_commands_are_whole(tmp_path: Path) -> None:
    (tmp_path / "in.water").write_text(TEXT)
    (tmp_path / "more.in").write_text("pair_style zero 4\n")
    commands = read_script(tmp_path / "in.water", tmp_path)
    found = [command for command in commands if command.words]
    assert [command.name for command in found] == ["units", "velocity", "pair_style", "fix", "run", "print"]
    assert found[1].words == ("velocity", "all", "create", "300", "1", "mom", "yes")
    assert found[3].words == ("fix", "out", "all", "print", "10", "$(step) $(temp)", "file", "temp.txt")
    assert found[4].words == ("run", "$(v_a * (1 + v_b))", "pre", "no")
    assert found[5].words == ("print", "two\nlines")
    assert commands[place_of_run(commands, 1)] is found[4]
    with pytest.raises(ConfigurationError, match=r"none\.in"):
        read_script(tmp_path / "none.in", tmp_path)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("group a type 1", True),
        ("group a region b", True),
        ("group a dynamic all region b", False),
        ("print text file a.txt", True),
        ("print text", False),
        ("minimize 0 0 1 1", True),
        ("write_data a", True),
        ("fix 1 all nve", False),
    ],
)
def test_what_must_not_be_repeated(tmp_path: Path, line: str, expected: bool) -> None:
    (tmp_path / "in.water").write_text(f"{line}\n")
    assert [is_done(command) for command in read_script(tmp_path / "in.water", tmp_path)] == [expected]
