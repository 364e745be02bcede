"""Parameters of the potential for i-PI's `<ffdirect>`: how i-PI's input writes them, and what they may be.

i-PI reads `<parameters> {model: water, template: start.xyz} </parameters>` as a dictionary. It divides the text at
commas, each part at its first colon, and turns into numbers and truth values what looks like them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from tumble.errors import ConfigurationError
from tumble.hints import nearest_name

#: What i-PI adds to the parameters, or its driver in Python does.
_OF_IPI = ("verbosity", "verbose")
_TRUTH = {"yes": True, "no": False, "true": True, "false": False}
#: Characters that i-PI's dictionaries have no way to quote.
_SPECIAL = ",{}"


@dataclass(frozen=True)
class IpiParameters:
    """Parameters with the names and meanings of the options of `tumble drive`.

    Attributes:
        model: Path or name of a model.
        template: Structure file with the elements in i-PI's order; `--structure` of the driver.
        periodic: Periodic cell vectors, such as `xyz` or `none`; by default those of the file.
        symmetrize: Set of rotations.
        mode: `average` or `correction`.
        seed: Seed of random rotations.
        order: `check` or `trust`.
        device: `auto`, `cpu`, `cuda` or `cuda:N`.
        memory: Budget of one chunk of an evaluation, MB.
        check: Whether the reference structures are evaluated first.
    """

    model: str
    template: str
    periodic: str | None = None
    symmetrize: str = "none"
    mode: str = "average"
    seed: int | None = None
    order: str = "check"
    device: str = "auto"
    memory: float | None = None
    check: bool = True


def read_parameters(given: Mapping[str, object]) -> IpiParameters:
    """Return the parameters that i-PI passes.

    Raises:
        ConfigurationError: If one is unknown or missing, or has an impossible value.
    """
    values = {name: value for name, value in given.items() if name not in _OF_IPI}
    known = fields(IpiParameters)
    names = [field.name for field in known]
    for name in values:
        if name not in names:
            raise ConfigurationError(f"`{name}`: not a parameter of this potential{nearest_name(name, names, 'names')}")
    for field in known:
        if field.default is MISSING and field.name not in values:
            raise ConfigurationError(f"`{field.name}`: expected this parameter, got none")
    return IpiParameters(**{name: _READ.get(name, _text)(name, value) for name, value in values.items()})


def write_parameters(parameters: IpiParameters) -> str:
    """Return the text of `<parameters>`, with what isn't a default.

    Raises:
        ConfigurationError: If i-PI can't read a value.
    """
    items = []
    for field in fields(IpiParameters):
        value = getattr(parameters, field.name)
        if value == field.default:
            continue
        if isinstance(value, str) and (set(_SPECIAL) & set(value) or value != value.strip()):
            raise ConfigurationError(
                f"`{field.name}`: expected text without commas, braces and outer spaces, which i-PI can't read, "
                f"got `{value}`; rename the file"
            )
        if isinstance(value, str) and not _stays_text(value):
            raise ConfigurationError(
                f"`{field.name}`: expected text that i-PI doesn't take for a number or a truth value, got `{value}`; "
                "for a file add its folder, as in `./007`"
            )
        items.append(f"{field.name}: {value}")
    return "{" + ", ".join(items) + "}"


def _stays_text(value: str) -> bool:
    """Return whether i-PI passes a text on as it is, or as a number or truth value with the same text."""
    for kind in (int, float):
        try:
            return str(kind(value)) == value
        except ValueError:
            continue
    return value.lower() not in ("true", "false") or value in ("True", "False")


def _text(name: str, value: object) -> str:
    return str(value)  # a model may be called 7


def _truth(name: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() not in _TRUTH:
        raise ConfigurationError(f"`{name}`: expected yes or no, got {value}")
    return _TRUTH[str(value).lower()]


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigurationError(f"`{name}`: expected a number, got {value}")
    return float(value)


def _same(name: str, value: object) -> object:
    return value


_READ: Mapping[str, Callable[[str, object], Any]] = {"check": _truth, "memory": _number, "seed": _same}
