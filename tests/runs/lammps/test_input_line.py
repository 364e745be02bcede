"""Words of lines as LAMMPS takes them apart (https://docs.lammps.org/Commands_parse.html)."""

from __future__ import annotations

import pytest

from tumble.runs.lammps.input_line import (
    has_variables,
    integer_of,
    number_of,
    printed_by,
    words_of,
)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("timestep 0.5 # don't", ["timestep", "0.5"]),
        ("  fix 1 all  print 10 'a # b' # c", ["fix", "1", "all", "print", "10", "a # b"]),
        ('print "it\'s 5" file x', ["print", "it's 5", "file", "x"]),
        ('print """\na "b"\n"""', ["print", '\na "b"\n']),
        ('variable a string ""', ["variable", "a", "string", ""]),
        ("print it's", ["print", "it's"]),
        ("", []),
    ],
)
def test_words(line: str, words: list[str]) -> None:
    assert words_of(line) == words


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("timestep ${dt}", True),
        ("timestep $(1/2)", True),
        ("timestep $a", True),
        ("timestep 0.5 # $dt", False),
        ('print "$a"', False),
        ("fix p all print 10 '${a}' file $f", True),
    ],
)
def test_variables_that_are_replaced(line: str, expected: bool) -> None:
    assert has_variables(line) is expected


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("timestep ${a}", "timestep 0.5 fs", True),
        ("timestep ${a}", "time 0.5", False),
        ("$(step) $(2*(pe+1):%g)", "10 3.5", True),
        ("$(step) $(2*(pe+1):%g)", "        10   3.5", False),
        ("a (b) [c]", "a (b) [c]", True),
        ("costs $", "costs $", True),
    ],
)
def test_lines_that_are_printed(text: str, line: str, expected: bool) -> None:
    assert bool(printed_by(text)[0].fullmatch(line)) is expected


def test_numbers() -> None:
    assert [number_of(word) for word in ("1", "-2.5e3", "1_000", "x", "", "١")] == [
        1.0,
        -2500.0,
        None,
        None,
        None,
        None,
    ]
    assert number_of("nan") != number_of("nan")
    assert [integer_of(word) for word in ("7", "-1", "7.0", "1_0", str(1 << 62), str(1 << 63), "9" * 5000)] == [
        *(7, -1, None, None, 1 << 62, None, None)
    ]
