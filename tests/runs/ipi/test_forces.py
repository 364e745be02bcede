"""Elements `force` of inputs of i-PI."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence

import pytest

from tumble.errors import TrajectoryError
from tumble.runs.ipi.forces import ForceComponent, forces_of


def found(text: str) -> Sequence[ForceComponent]:
    return forces_of(ElementTree.fromstring(f"<system> <forces> {text} </forces> </system>"))


def test_components() -> None:
    first, second = found(
        "<force forcefield='bare'/> <force forcefield='far' nbeads='4' weight='0.5'>"
        "<mts_weights> [ 1, 0, -1 ] </mts_weights> <interpolate_extras> [ torque, bare_energy ] "
        "</interpolate_extras></force>"
    )
    assert first == ForceComponent("bare", 0, 1.0, (1.0,), ())
    assert first.acts_at == (0,)
    assert second == ForceComponent("far", 4, 0.5, (1.0, 0.0, -1.0), ("torque", "bare_energy"))
    assert second.acts_at == (0, 2)


def test_a_weight_of_zero_acts_nowhere() -> None:
    assert found("<force forcefield='a' weight='0'/>")[0].acts_at == ()


def test_defaults_are_those_of_ipi() -> None:
    theirs = pytest.importorskip("ipi.inputs.forces").InputForceComponent()
    (ours,) = found("<force/>")
    assert (ours.beads, ours.weight) == (theirs.nbeads.fetch(), theirs.weight.fetch())
    assert ours.levels == tuple(theirs.mts_weights.fetch())


@pytest.mark.parametrize(
    "text", ["<force weight='much'/>", "<force> <mts_weights> [ 1, much ] </mts_weights> </force>"]
)
def test_words_in_place_of_numbers(text: str) -> None:
    with pytest.raises(TrajectoryError, match=r"weight.*much"):
        found(text)
