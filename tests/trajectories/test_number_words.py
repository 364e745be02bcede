"""Numbers of other programs."""

from __future__ import annotations

import pytest

from tumble.trajectories.number_words import count_of, floats_of, integers_of


def test_numbers() -> None:
    assert floats_of([b"1", b"-2.5e-3", b"+.5", b"inf"]) == [1.0, -0.0025, 0.5, float("inf")]
    assert integers_of([b"0", b"-9223372036854775808", b"9223372036854775807"]) == [0, -(2**63), 2**63 - 1]
    assert floats_of([]) == integers_of([]) == []


@pytest.mark.parametrize("word", [b"1_000", b"1_0.5", b"x", b"1x", b"", b"0x10", b"\xd9\xa1", b"\x00"])
def test_words_that_are_no_numbers(word: bytes) -> None:
    for convert in (floats_of, integers_of):
        with pytest.raises(ValueError, match=r"convert string|invalid literal"):
            convert([b"1", word])


@pytest.mark.parametrize("word", [b"9223372036854775808", b"-9223372036854775809", b"1" * 4000, b"1" * 5000])
def test_integers_that_are_too_long(word: bytes) -> None:
    with pytest.raises(ValueError, match=r"64 bits|integer string conversion"):
        integers_of([b"1", word])


def test_counts() -> None:
    assert [count_of(word) for word in (b"1", b"192", b"10000000000")] == [1, 192, 10**10]
    assert [count_of(word) for word in (b"0", b"-1", b"1.0", b"", b"1_0", b"9" * 19)] == [None] * 6
