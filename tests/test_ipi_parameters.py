from __future__ import annotations

import pytest

from tumble.errors import ConfigurationError
from tumble.ipi_parameters import IpiParameters, read_parameters, write_parameters


def as_ipi_reads(text: str) -> dict[str, object]:
    """Return the dictionary of i-PI's own reader."""
    reader = pytest.importorskip("ipi.utils.io.inputs.io_xml")
    return dict(reader.read_dict(text))


@pytest.mark.parametrize(
    "parameters",
    [
        IpiParameters("water", "start.xyz"),
        IpiParameters("my models/7:1.pt", "a b.xyz", symmetrize="random:octahedral+inversion", seed=2**40),
        IpiParameters("True", "./007", periodic="xy"),
        IpiParameters("7", "b.xyz", periodic="none", memory=128.5, check=False, device="cuda:1", order="trust"),
    ],
)
def test_ipi_reads_what_is_written(parameters: IpiParameters) -> None:
    assert read_parameters(as_ipi_reads(write_parameters(parameters))) == parameters


def test_defaults_are_left_out() -> None:
    parameters = IpiParameters("water", "start.xyz", seed=3)
    assert write_parameters(parameters) == "{model: water, template: start.xyz, seed: 3}"


@pytest.mark.parametrize("name", ["a,b.xyz", "{a}.xyz", " a.xyz"])
def test_text_that_ipi_cannot_read(name: str) -> None:
    with pytest.raises(ConfigurationError, match="`template`: expected text without commas"):
        write_parameters(IpiParameters("water", name))


@pytest.mark.parametrize("name", ["007", "1e3", "1_0", "true", "NaN"])
def test_text_that_ipi_takes_for_something_else(name: str) -> None:
    assert str(as_ipi_reads(f"{{template: {name}}}")["template"]) != name
    with pytest.raises(ConfigurationError, match=f"`template`: .*got `{name}`; for a file add its folder"):
        write_parameters(IpiParameters("water", name))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"model": "water"}, "`template`: expected this parameter, got none"),
        ({"model": "water", "template": "a", "sed": 1}, "`sed`: not a parameter .*did you mean `seed`?"),
        ({"model": "water", "template": "a", "check": "maybe"}, "`check`: expected yes or no, got maybe"),
        ({"model": "water", "template": "a", "memory": "much"}, "`memory`: expected a number, got much"),
        ({"model": "water", "template": "a", "memory": True}, "`memory`: expected a number, got True"),
    ],
)
def test_wrong_parameters(given: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        read_parameters(given)


@pytest.mark.parametrize(("word", "value"), [("yes", True), ("No", False), (False, False)])
def test_words_for_check(word: object, value: bool) -> None:
    assert read_parameters({"model": "water", "template": "a", "check": word, "verbosity": 4}).check is value
