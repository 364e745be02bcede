from __future__ import annotations

import pytest

from tumble.convert.options import chosen_option
from tumble.errors import ConfigurationError


def test_a_model_without_choice_needs_no_option() -> None:
    assert chosen_option("head", {}, []) is None
    assert chosen_option("head", {}, ["only"]) == "only"


def test_the_choice_of_the_user() -> None:
    assert chosen_option("head", {"head": "b", "task": "a"}, ["a", "b"]) == "b"


@pytest.mark.parametrize(
    ("options", "known", "got"),
    [
        ({}, ["a", "b"], "expected one of a, b, got none; add `--option head="),
        ({"head": "c"}, ["a", "b"], "expected one of a, b, got `c`"),
        ({"head": "c"}, ["a"], "expected one of a, got `c`"),
        ({"head": "c"}, [], "expected one of none, as the model has no choice, got `c`"),
    ],
)
def test_wrong_choices(options: dict[str, str], known: list[str], got: str) -> None:
    with pytest.raises(ConfigurationError, match=f"`head`: {got}"):
        chosen_option("head", options, known)
