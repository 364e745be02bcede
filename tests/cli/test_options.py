"""Options that several commands have."""

from __future__ import annotations

import pytest

from tumble.cli import build_parser, main


@pytest.mark.parametrize(
    ("command", "option", "values"),
    [
        ("evaluate model.pt frames.xyz", "--symmetrize", ("octahedral", "icosahedral")),
        ("evaluate model.pt frames.xyz", "--seed", ("3", "3")),
        ("drive model.pt --unix name --structure a.xyz", "--symmetrize", ("octahedral", "octahedral")),
        ("drive model.pt --unix name --structure a.xyz", "--mode", ("average", "correction")),
        ("drive model.pt --unix name --structure a.xyz", "--beads", ("shared", "independent")),
        ("drive model.pt --unix name --structure a.xyz", "--symmetry-set", ("octahedral", "icosahedral")),
        ("drive model.pt --unix name --structure a.xyz", "--symmetry-log", ("a.log", "b.log")),
        ("drive model.pt --unix name --structure a.xyz", "--symmetry-every", ("1", "10")),
        ("probe model.pt frames.xyz", "--sets", ("octahedral", "icosahedral")),
        ("probe model.pt frames.xyz", "--reference", ("degree:7", "degree:12")),
        ("probe model.pt frames.xyz", "--seed", ("1", "2")),
        ("report run", "--check", ("a.json", "b.json")),
        ("report run", "--probe", ("a.json", "b.json")),
    ],
)
def test_options_of_frames_given_twice(capsys, command, option, values):
    """The last one doesn't win silently, also where it is the default or the same again."""
    with pytest.raises(SystemExit, match="2"):
        main([*command.split(), option, values[0], option, values[1]])
    first, second = values
    expected = f"argument {option}: expected one value, got {first} and {second}; remove one of them"
    assert expected in capsys.readouterr().err


@pytest.mark.parametrize(("words", "check"), [([], True), (["--check", "yes"], True), (["--check", "no"], False)])
def test_yes_and_no_are_true_and_false(words, check):
    assert build_parser().parse_args(["evaluate", "model.pt", "frames.xyz", *words]).check is check


def test_neither_yes_nor_no(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["evaluate", "model.pt", "frames.xyz", "--check", "maybe"])
    assert "argument --check: invalid choice: 'maybe'" in capsys.readouterr().err
