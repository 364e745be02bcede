"""Forcefields in an input of i-PI: where forces come from, and the settings of the connection to drivers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tumble.runs.ipi.elements import integer_of, number_of, unquoted, word_of

#: What i-PI 3.3.1 uses for settings that an input doesn't give (`ipi.inputs.forcefields`).
DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "ffsocket": {
        "mode": "inet",
        "address": "localhost",
        "port": "65535",
        "latency": "0.0001",
        "timeout": "0.0",
        "exit_on_disconnect": "False",
        "consolidate_messages": "True",
        "batch_size": "1",
        "matching": "auto",
        "pbc": "False",
    },
    "ffdirect": {"pes": "dummy", "pes_path": "", "batch_size": "1", "threaded": "False", "pbc": "False"},
}
_SOCKETS = ("ffsocket", "ffcavphsocket")
_IN_PROCESS = "ffdirect"
_CONTAINERS = ("ffrotations", "ffcommittee")


@dataclass(frozen=True)
class ForceField:
    """A forcefield.

    Attributes:
        kind: Name of the element, such as `ffsocket`.
        name: Its own name; that of the element around it if it has none.
        reference: Name by which the elements `force` refer to it: that of the element around it, if there is one.
        settings: Text of its attributes and elements, with the defaults of i-PI for those that it lacks.
        given: Names of the settings that the input contains.
        container: The element around it, which combines or turns forcefields: `ffcommittee` or `ffrotations`.
    """

    kind: str
    name: str
    reference: str
    settings: Mapping[str, str]
    given: frozenset[str]
    container: str | None = None

    @property
    def has_socket(self) -> bool:
        """Whether drivers connect to it through a socket."""
        return self.kind in _SOCKETS

    @property
    def may_be_ours(self) -> bool:
        """Whether Tumble can be behind it: a driver at a socket, or a PES of the user in i-PI's own process."""
        return self.has_socket or (self.kind == _IN_PROCESS and self.word("pes") == "custom")

    @property
    def batch(self) -> int:
        """Number of structures that i-PI sends at once; 1 for versions without batches.

        Raises:
            TrajectoryError: If it isn't an integer.
        """
        return self.integer("batch_size") if self.word("batch_size") else 1

    def word(self, name: str) -> str:
        """Return the text of a setting; empty if neither the input nor i-PI has one."""
        return self.settings.get(name, "")

    def flag(self, name: str) -> bool:
        """Return a setting that is true or false."""
        return self.word(name).lower() == "true"

    def number(self, name: str) -> float:
        """Return a setting that is a number.

        Raises:
            TrajectoryError: If it isn't one.
        """
        return number_of(self.word(name), name)

    def integer(self, name: str) -> int:
        """Return a setting that is an integer.

        Raises:
            TrajectoryError: If it isn't one.
        """
        return integer_of(self.word(name), name)


def forcefields_of(root: Any, defaults: Mapping[str, Mapping[str, str]] = DEFAULTS) -> Sequence[ForceField]:
    """Return the forcefields of an input, those in `ffcommittee` and `ffrotations` included.

    Args:
        root: The element `simulation`.
        defaults: Settings of each kind in i-PI.
    """
    found: list[ForceField] = []
    for element in root:
        if not str(element.tag).startswith("ff"):
            continue
        name = word_of(element, "name", "")
        inner = [each for each in element if str(each.tag).startswith("ff") and each.tag not in _CONTAINERS]
        if element.tag in _CONTAINERS:
            found += [forcefield_of(each, defaults, name, element.tag) for each in inner]
        else:
            found.append(forcefield_of(element, defaults, name))
    return found


def forcefield_of(
    element: Any,
    defaults: Mapping[str, Mapping[str, str]] = DEFAULTS,
    reference: str = "",
    container: str | None = None,
) -> ForceField:
    """Return the forcefield of one element.

    Args:
        element: The element.
        defaults: Settings of each kind in i-PI.
        reference: Name by which the elements `force` refer to it.
        container: Tag of the element around it that combines or turns forcefields; None without one.
    """
    name = word_of(element, "name", "") or reference
    given = {key: unquoted(value) for key, value in element.attrib.items()}
    given |= {str(each.tag): unquoted(each.text or "") for each in element}
    known = defaults.get(element.tag, {})
    return ForceField(str(element.tag), name, reference, {**known, **given}, frozenset(given), container)
