"""A calculator from the words `module:factory` of a command line."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import cast

from ase.calculators.calculator import BaseCalculator

from tumble.audit.calculator_subject import check_calculator
from tumble.error_words import error_words
from tumble.errors import CalculatorError, ConfigurationError
from tumble.hints import nearest_name


def find_factory(words: str) -> tuple[ModuleType, Callable[[], object]]:
    """Return the module and the function or class that a text names.

    Modules in the current folder are found first.

    Args:
        words: `module:factory`, such as `ase.calculators.emt:EMT` or `mine:calculator` for `mine.py`.

    Raises:
        ConfigurationError: If there is no such module or name, or it can't be called.
        CalculatorError: If importing the module fails.
    """
    name, colon, attribute = words.partition(":")
    if not (name and colon and attribute):
        raise ConfigurationError(
            f"`calculator`: expected `module:factory`, such as `ase.calculators.emt:EMT`, got `{words}`"
        )
    module = _module(name, words)
    factory = getattr(module, attribute, None)
    if factory is None:
        # not the modules that it imports
        names = [each for each in vars(module) if not each.startswith("_") and callable(vars(module)[each])]
        raise ConfigurationError(
            f"`calculator`: expected a name in `{name}`, got `{attribute}`{nearest_name(attribute, names, 'names')}"
        )
    if not callable(factory):
        raise ConfigurationError(
            f"`calculator`: expected a function without arguments or a class, got {type(factory).__name__} `{words}`"
        )
    return module, factory


def make_calculator(words: str) -> BaseCalculator:
    """Return the calculator that a function without arguments, or a class, makes.

    Args:
        words: `module:factory`, as for `find_factory`.

    Raises:
        ConfigurationError: As by `find_factory`.
        CalculatorError: If the function fails, or returns something that isn't a calculator.
    """
    _, factory = find_factory(words)
    try:
        calculator = factory()
    except (Exception, SystemExit) as error:  # whatever code of another package raises
        raise CalculatorError(f"`calculator`: `{words}` fails without arguments: {error_words(error)}") from error
    check_calculator(calculator, words)
    return cast(BaseCalculator, calculator)


def _module(name: str, words: str) -> ModuleType:
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())  # as for `python -m`
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name == name or name.startswith(f"{error.name}."):
            raise ConfigurationError(
                f"`calculator`: expected a module that Python finds here or in its environment, got `{words}`"
            ) from error
        raise CalculatorError(f"`calculator`: importing `{name}` fails: {error_words(error)}") from error
    except (Exception, SystemExit) as error:  # whatever code of another package raises
        raise CalculatorError(f"`calculator`: importing `{name}` fails: {error_words(error)}") from error
