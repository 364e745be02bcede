"""The systems of `tumble new`, by name."""

from __future__ import annotations

from dataclasses import fields, replace

from tumble.errors import ConfigurationError
from tumble.hints import nearest_name
from tumble.new.systems.clusters import Dimer, Hexamer, Monomer
from tumble.new.systems.file import FromFile
from tumble.new.systems.gas import Gas
from tumble.new.systems.ice import Ice
from tumble.new.systems.liquid import Liquid, Slab
from tumble.new.systems.start import FromStart
from tumble.new.systems.system import Choices, System, SystemKind

SYSTEMS: dict[str, SystemKind] = {
    kind.name: kind for kind in (Monomer(), Dimer(), Hexamer(), Gas(), Liquid(), Ice(), Slab(), FromFile(), FromStart())
}


def find_kind(word: str) -> SystemKind:
    """Return a kind of system.

    Args:
        word: Its name, perhaps with an argument.

    Raises:
        ConfigurationError: If there is none with this name.
    """
    name = word.partition(":")[0]
    if name not in SYSTEMS:
        raise ConfigurationError(f"`system`: expected a system, got `{word}`{nearest_name(name, SYSTEMS, 'systems')}")
    return SYSTEMS[name]


def build_system(word: str, choices: Choices) -> System:
    """Return a system.

    Args:
        word: Name of the system, perhaps with an argument, such as `liquid:216`.
        choices: Options.

    Raises:
        ConfigurationError: If there is no such system, or it has no such argument or option.
        FramesError: If a file of a structure can't be read.
    """
    kind, (name, colon, argument) = find_kind(word), word.partition(":")
    for option in fields(Choices):
        given = getattr(choices, option.name)
        if option.name != "seed" and given is not None and option.name not in kind.options:
            raise ConfigurationError(f"`{option.name}`: expected no such option for the system `{name}`, got {given}")
    return replace(kind.build(argument if colon else None, choices), kind=name)
