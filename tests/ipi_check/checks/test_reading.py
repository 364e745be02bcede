"""What i-PI itself says about an input."""

from __future__ import annotations

from support.ipi_inputs import findings

from tumble.ipi_check.checks.reading import Reading
from tumble.ipi_check.finding import Level
from tumble.ipi_check.view import View


def test_accepted(case_of) -> None:
    assert findings(Reading, case_of()) == []


def test_unknown_words(case_of) -> None:
    unknown = [{"kind": "element", "place": "dynamics", "name": "timstep", "known": ["timestep", "nmts"]}]
    (found,) = findings(Reading, case_of(view=View(version="3.3.1", unknown=unknown)))
    assert found.level is Level.ERROR
    assert "element `timstep` of `dynamics`; did you mean `timestep`" in found.text


def test_refused(case_of) -> None:
    (found,) = findings(Reading, case_of(view=View(version="3.3.1", refused="No such file or directory: 'a.xyz'")))
    assert (found.level, "a.xyz" in found.text) == (Level.ERROR, True)
    assert "relative to the folder of the input" in found.cure


def test_no_ipi(case_of) -> None:
    (found,) = findings(Reading, case_of(view=View(missing="it isn't installed here")))
    assert (found.level, "isn't installed" in found.text) == (Level.NOTE, True)
