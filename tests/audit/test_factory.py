"""Calculators from the words of a command line."""

from __future__ import annotations

import pytest
from ase.calculators.emt import EMT

from tumble.audit.factory import make_calculator
from tumble.errors import CalculatorError, ConfigurationError

MODULE = """
import math
from ase.calculators.emt import EMT

number = 5

def calculator():
    return EMT()

def number_three():
    return 3

def needs(path):
    return EMT()
"""


def test_a_class():
    assert isinstance(make_calculator("ase.calculators.emt:EMT"), EMT)


def test_a_function_in_the_current_folder(tmp_path, monkeypatch):
    (tmp_path / "mine_for_audit.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", ["/nowhere"])
    with pytest.raises(ConfigurationError, match="`calculator`"):
        make_calculator("not_there:EMT")
    assert isinstance(make_calculator("mine_for_audit:calculator"), EMT)
    for words, error, text in [
        ("mine_for_audit:calculater", ConfigurationError, "did you mean `calculator`"),
        ("mine_for_audit:other", ConfigurationError, "known names: EMT, calculator, number_three, needs$"),
        ("mine_for_audit:number", ConfigurationError, "got int `mine_for_audit:number`"),
        ("mine_for_audit:number_three", CalculatorError, "got int"),
        ("mine_for_audit:needs", CalculatorError, "`mine_for_audit:needs` fails .*path"),
    ]:
        with pytest.raises(error, match=text):
            make_calculator(words)


@pytest.mark.parametrize("content", ["import no_such_package", "1 / 0", "def ("])
def test_a_module_that_fails(tmp_path, monkeypatch, content):
    (tmp_path / "fails_for_audit.py").write_text(content)
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    with pytest.raises(CalculatorError, match="importing `fails_for_audit` fails"):
        make_calculator("fails_for_audit:calculator")


@pytest.mark.parametrize("words", ["EMT", ":EMT", "ase:", "ase.calculators.emt"])
def test_words_without_both_parts(words):
    with pytest.raises(ConfigurationError, match=f"`module:factory`.*got `{words}`"):
        make_calculator(words)
