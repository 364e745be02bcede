"""Motions other than molecular dynamics."""

from __future__ import annotations

import pytest
from support.ipi_inputs import INPUT, findings

from tumble.ipi_check.checks.motion import Motion
from tumble.ipi_check.finding import Level

START = INPUT.index("<motion")
DYNAMICS = INPUT[START : INPUT.index("</motion>") + len("</motion>")]


def test_dynamics(case_of) -> None:
    assert findings(Motion, case_of()) == []


def test_every_mode_of_ipi_is_known(case_of) -> None:
    attribs = pytest.importorskip("ipi.inputs.motion.motion").InputMotion.attribs
    for mode in {*attribs["mode"][1]["options"]} - {"multi"}:
        for found in findings(Motion, case_of((DYNAMICS, f"<motion mode='{mode}'/>"))):
            assert found.level is Level.NOTE
            assert "isn't known" not in found.text


def test_what_does_not_apply(case_of) -> None:
    (found,) = findings(Motion, case_of((DYNAMICS, "<motion mode='minimize'/>")))
    assert ("geometry optimization" in found.text, "don't apply" in found.text) == (True, True)


def test_swaps_next_to_dynamics(case_of) -> None:
    (found,) = findings(
        Motion, case_of((DYNAMICS, f"<motion mode='multi'> {DYNAMICS} <motion mode='atomswap'/> </motion>"))
    )
    assert "--order trust" in found.cure


def test_an_unknown_mode(case_of) -> None:
    (found,) = findings(Motion, case_of((DYNAMICS, "<motion mode='dance'/>")))
    assert "`dance`" in found.text.replace("<motion mode='dance'>", "`dance`")


def test_replicas(case_of) -> None:
    smotion = ("<system>", "<smotion mode='remd'/> <system>")
    (found,) = findings(Motion, case_of(smotion))
    assert "i-pi-remdsort" in found.cure
    (found,) = findings(Motion, case_of(("<system>", "<smotion mode='metad'/> <system>")))
    assert (found.level, "ffplumed" in found.text) == (Level.ERROR, True)
