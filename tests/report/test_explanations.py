"""Words for readers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tumble.analysis
from tumble.report.explanations import explanation_of


def observables() -> list[str]:
    """Names of all observables of the package."""
    sources = sorted(Path(tumble.analysis.__path__[0]).rglob("*.py"))
    return [
        name
        for source in sources
        for name in re.findall(r'^    observable = "(.+)"$', source.read_text(), re.MULTILINE)
    ]


@pytest.mark.parametrize("observable", observables())
def test_all_observables_are_explained(observable: str) -> None:
    explanation = explanation_of(observable)
    for text in (explanation.meaning, explanation.symptom):
        assert text.endswith(".")


def test_others_have_their_name() -> None:
    found = explanation_of("my_own-thing")
    assert (found.title, found.meaning, found.symptom) == ("My own thing", "", "")
