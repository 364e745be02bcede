"""Forcefields that a driver can serve, and forces that refer to them."""

from __future__ import annotations

import re

import pytest
from support.ipi_inputs import FORCES, SOCKET, findings

from tumble import ipi_pes
from tumble.ipi_check.checks.forcefields import ForceFields
from tumble.ipi_check.finding import Level

DIRECT = (
    "<ffdirect name='tumble'> <pes> custom </pes> <pes_path> {} </pes_path> <batch_size> {} </batch_size> </ffdirect>"
)


def test_sound(case_of) -> None:
    assert findings(ForceFields, case_of()) == []


@pytest.mark.parametrize(
    ("old", "new", "text", "cure"),
    [
        (SOCKET, "<fflj name='tumble'/>", "no forcefield that Tumble can serve", "ffsocket"),
        (FORCES, "<forces> </forces>", "no force of the system comes from the forcefield tumble", "<force forcefield"),
        ("forcefield='tumble'", "forcefield='tumbel'", "`tumbel`, which doesn't exist", "tumble"),
        (SOCKET, SOCKET + SOCKET, "2 forcefields have the name `tumble`", "own name"),
        ("forcefield='tumble'", "forcefield='tumble' weight='0'", "has the weight 0", "remove"),
        (SOCKET, DIRECT.format("nothing.py", 32), "`pes_path` of `tumble`: .* got `nothing.py`", "tumble ffdirect"),
        (SOCKET, DIRECT.format("input.xml", 32), "got `input.xml`", "tumble ffdirect"),
    ],
)
def test_faults(case_of, old: str, new: str, text: str, cure: str) -> None:
    found = findings(ForceFields, case_of((old, new)), Level.ERROR, Level.WARNING)
    assert any(re.search(text, each.text) and cure in each.cure for each in found)


def test_a_batch_that_never_fills(case_of, tmp_path) -> None:
    (tmp_path / "mine.py").write_text("")
    assert findings(ForceFields, case_of((SOCKET, DIRECT.format("mine.py", 16)))) == []
    (found,) = findings(ForceFields, case_of((SOCKET, DIRECT.format("mine.py", 12))))
    assert found.level is Level.ERROR
    assert "waits forever" in found.text


PARAMETERS = "{{model: water, template: {}, symmetrize: {}}}"


@pytest.mark.parametrize(
    ("parameters", "level", "text"),
    [
        (PARAMETERS.format("start.extxyz", "none"), None, ""),
        (PARAMETERS.format("none.xyz", "none"), Level.ERROR, "no structure file `none.xyz`"),
        (PARAMETERS.format("start.extxyz", "octahedral"), Level.WARNING, "averages over `octahedral`"),
        ("{model: water}", Level.ERROR, "`template`: expected this parameter"),
        ("{model: water, template: start.extxyz, symetrize: none}", Level.ERROR, "did you mean `symmetrize`"),
        ("{model: water, template: start.extxyz, memory: much}", Level.ERROR, "`memory`: expected a number, got much"),
    ],
)
def test_parameters_of_our_potential(case_of, parameters: str, level: Level | None, text: str) -> None:
    words = f"<parameters> {parameters} </parameters> </ffdirect>"
    direct = DIRECT.format(ipi_pes.__file__, 32).replace("</ffdirect>", words)
    found = findings(ForceFields, case_of((SOCKET, direct)))
    assert [each.level for each in found] == ([] if level is None else [level])
    assert all(text in each.text for each in found)


def test_the_name_of_a_forcefield(case_of) -> None:
    assert findings(ForceFields, case_of(forcefield="tumble")) == []
    (found,) = findings(ForceFields, case_of(forcefield="other"))
    assert (found.level, "`other`" in found.text, "tumble" in found.cure) == (Level.ERROR, True, True)


def test_others_are_named(case_of) -> None:
    (found,) = findings(ForceFields, case_of((SOCKET, SOCKET + "<fflj name='lj'/>")))
    assert (found.level, "`lj` (fflj)" in found.text) == (Level.NOTE, True)


def test_forces_of_a_container(case_of) -> None:
    inner = "<ffsocket mode='unix'> <address> ADDRESS </address> </ffsocket>"
    assert findings(ForceFields, case_of((SOCKET, f"<ffrotations name='tumble'> {inner} </ffrotations>"))) == []
    two = SOCKET.replace("tumble", "one") + SOCKET.replace("tumble", "two")
    assert findings(ForceFields, case_of((SOCKET, f"<ffcommittee name='tumble'> {two} </ffcommittee>"))) == []
    assert (
        findings(ForceFields, case_of((SOCKET, f"<ffcommittee name='tumble'> {two} </ffcommittee>"), forcefield="two"))
        == []
    )
