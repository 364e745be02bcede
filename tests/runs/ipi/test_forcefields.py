"""Forcefields of inputs of i-PI; defaults are those of the classes of i-PI."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence

import pytest

from tumble.errors import TrajectoryError
from tumble.runs.ipi.forcefields import DEFAULTS, ForceField, forcefields_of


def found(text: str) -> Sequence[ForceField]:
    return forcefields_of(ElementTree.fromstring(f"<simulation> {text} </simulation>"))


def test_settings_and_defaults() -> None:
    (each,) = found(
        "<ffsocket name=' bare ' mode='unix' pbc='True'> <address> here </address> <port>7</port> <latency> 1e-3 "
        "</latency> </ffsocket>"
    )
    assert (each.name, each.kind, each.word("mode"), each.word("address")) == ("bare", "ffsocket", "unix", "here")
    assert (each.flag("pbc"), each.flag("consolidate_messages"), each.flag("exit_on_disconnect")) == (True, True, False)
    assert (each.integer("port"), each.number("latency"), each.integer("batch_size")) == (7, 1e-3, 1)
    assert each.given == {"name", "mode", "pbc", "address", "port", "latency"}
    assert each.has_socket
    assert each.may_be_ours


@pytest.mark.parametrize("kind", DEFAULTS)
def test_defaults_are_those_of_ipi(kind: str) -> None:
    simulation = pytest.importorskip("ipi.inputs.simulation").InputSimulation
    reader_kind, arguments = simulation.dynamic[kind]
    reader = reader_kind(**arguments)
    assert DEFAULTS[kind] == {name: str(getattr(reader, name)._default) for name in DEFAULTS[kind]}


def test_members_of_containers() -> None:
    inside, first, second, other = found(
        "<ffrotations name='turned'> <ffsocket> <address> a </address> </ffsocket> <grid_order> 3 </grid_order> "
        "</ffrotations>"
        "<ffcommittee name='all'> <ffsocket name='one'/> <ffsocket name='two'/> </ffcommittee> <fflj name='lj'/>"
    )
    assert (inside.name, inside.container, inside.word("address")) == ("turned", "ffrotations", "a")
    assert [(each.name, each.container) for each in (first, second)] == [("one", "ffcommittee"), ("two", "ffcommittee")]
    assert [each.reference for each in (inside, first, second, other)] == ["turned", "all", "all", "lj"]
    assert (other.container, other.may_be_ours) == (None, False)


def test_a_custom_pes_may_be_ours() -> None:
    first, second = found("<ffdirect name='a'> <pes> custom </pes> </ffdirect> <ffdirect name='b'/>")
    assert (first.may_be_ours, first.has_socket, second.may_be_ours) == (True, False, False)


@pytest.mark.parametrize(("name", "call"), [("port", "integer"), ("latency", "number")])
def test_words_in_place_of_numbers(name: str, call: str) -> None:
    (each,) = found(f"<ffsocket name='a'> <{name}> soon </{name}> </ffsocket>")
    with pytest.raises(TrajectoryError, match=f"`{name}`.*soon"):
        getattr(each, call)(name)
