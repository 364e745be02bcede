"""Whole inputs: sound ones, those that are shipped, and strange ones."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from support.ipi_inputs import WATER, Change, make_model, view_of, write_input
from support.mutations import outcomes

from tumble.errors import NotApplicableError, TrajectoryError
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Level, error, note
from tumble.ipi_check.options import Options
from tumble.ipi_check.page import format_report
from tumble.ipi_check.registry import CHECKS
from tumble.ipi_check.results import Report
from tumble.ipi_check.run import check_input
from tumble.ipi_check.view import View
from tumble.registry import find_model
from tumble.runs.ipi.forcefields import DEFAULTS

SHIPPED = sorted((Path(__file__).parents[2] / "inputs/ipi").glob("*.xml"))
WORST = (Level.ERROR, Level.WARNING)


def names(report: Report, *levels: Level) -> set[str]:
    return {answer.name for answer in report.answers for each in answer.findings if each.level in levels}


@pytest.fixture
def report_of(model_file, tmp_path):
    def report(*changes: Change, view: View | None = None, checks=CHECKS, **options) -> Report:
        made = Options(**{"evaluations": 0, **options})
        xml = write_input(tmp_path, changes)
        found = view_of(WATER) if view is None else view
        return check_input(xml, make_model(model_file("pair"), made), made, view=found, checks=checks)

    return report


def test_names_are_unique() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_a_sound_input(report_of) -> None:
    found = report_of()
    assert names(found, *WORST) == set()
    assert (found.model, found.ipi) == ("pair", "3.3.1")
    assert found.facts == ("NVT (PILE-L), 32 beads, 1000 steps",)


def test_the_stiffest_mode_is_a_fact(report_of) -> None:
    assert any("stiffest mode at the start" in each for each in report_of(evaluations=8).facts)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_inputs(path: Path, tmp_path) -> None:
    """They have few beads, as their comments say; otherwise they are right. i-PI itself reads them."""
    pytest.importorskip("ipi")
    for each in path.parent.iterdir():
        shutil.copy(each, tmp_path)
    xml = tmp_path / path.name
    # Another run may use the address of the input.
    xml.write_text(xml.read_text().replace("<address> tumble-", f"<address> {tmp_path.name}-"))
    options = Options(evaluations=0)
    found = check_input(xml, make_model(Path(find_model("water")), options), options)
    assert (names(found, *WORST), found.ipi is not None) == (set(), True)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (("<total_steps> 1000", "<total_steps> many"), "input"),
        (("'> 0.5 </timestep>", "'> half </timestep>"), "input"),
        (("femtosecond'> 0.5", "fortnight'> 0.5"), "input"),
        (("stride='10' cell", "stride='-1' cell"), "input"),
        (("<system>", "<systems>"), "input"),
        (("nbeads='32'", "nbeads='0'"), "input"),
        (("</timestep>", "</timestep> <nmts> [ 1, 0 ] </nmts>"), "input"),
        (("forcefield='tumble'", "forcefield='tumble' weight='much'"), "input"),
        (("ADDRESS </address>", "ADDRESS </address> <latency> soon </latency>"), "timing"),
        (("ADDRESS </address>", "ADDRESS </address> <batch_size> some </batch_size>"), "batches"),
    ],
)
def test_words_that_are_not_numbers(report_of, change: Change, name: str) -> None:
    changes = [change, ("</system>", "</systems>")] if "<system>" in change else [change]
    assert name in names(report_of(*changes), Level.ERROR)


def test_what_ipi_says_is_not_lost(report_of) -> None:
    view = View(version="3.3.1", refused="could not convert string to float: 'half'")
    found = report_of(("'> 0.5 </timestep>", "'> half </timestep>"), view=view)
    assert names(found, Level.ERROR) == {"input", "reading"}


def test_a_file_that_is_no_input(model_file, tmp_path) -> None:
    options = Options()
    for text in ("", "<simulation>", "<other/>", "plain"):
        (tmp_path / "input.xml").write_text(text)
        with pytest.raises(TrajectoryError, match=r"input\.xml"):
            check_input(tmp_path / "input.xml", make_model(model_file("pair"), options), options, view=View())


def test_an_old_ipi(report_of) -> None:
    """i-PI 3.1 has neither batches nor consolidated messages."""
    old = {
        name: value
        for name, value in DEFAULTS["ffsocket"].items()
        if name not in ("batch_size", "consolidate_messages")
    }
    found = report_of(view=replace(view_of(WATER), version="3.1.12", defaults={"ffsocket": old}))
    assert names(found, *WORST) == set()
    assert not any("consolidate" in each.text for answer in found.answers for each in answer.findings)


def test_damaged_inputs(model_file, tmp_path) -> None:
    """Nothing but a finding or a TrajectoryError comes of them."""
    options = Options(evaluations=0)
    model, view = make_model(model_file("pair"), options), view_of(WATER)
    content = write_input(tmp_path).read_bytes()

    def read(path: Path) -> str:
        report = check_input(path, model, options, view=view)
        report.to_dict()
        return format_report(report)

    found, refused = outcomes(tmp_path / "input.xml", content, 300, 0, read)
    assert (len(found) > 30, len(refused) > 30) == (True, True)


def test_several_systems(report_of) -> None:
    """Each is checked; a finding about the whole input appears once."""
    text = ("</system>", "</system> <system prefix='b'> <forces> <force forcefield='none'/> </forces> </system>")
    view = view_of(WATER)
    found = report_of(
        text, ("mode='unix'", "mode='unix' matching='lock'"), view=View(systems=[*view.systems, *view.systems])
    )
    refers = [answer for answer in found.answers if answer.name == "forcefields" and answer.findings]
    assert [answer.system for answer in refers] == [1]
    assert sum("matching" in each.text for answer in found.answers for each in answer.findings) == 1


def test_other_motions(report_of) -> None:
    words = ("<dynamics mode='nvt'>", "<vibrations>"), ("</dynamics>", "</vibrations>")
    found = report_of(("mode='dynamics'", "mode='vibrations'"), *words)
    left_out = {answer.name: answer.left_out for answer in found.answers if answer.left_out}
    assert left_out["thermostats"] == "the motion isn't molecular dynamics"
    assert "motion" not in left_out


def test_checks_that_fail_or_do_not_apply(report_of) -> None:
    class Fails(Check):
        name, title = "fails", "fails"

        def run(self, case):
            yield note("before")
            raise TrajectoryError("`x`: expected a number, got `y`")

    class Refuses(Check):
        name, title = "refuses", "refuses"

        def run(self, case):
            yield error("never seen")
            raise NotApplicableError("nothing is known")

    first, second = report_of(checks=(Fails, Refuses)).answers
    assert [each.text for each in first.findings] == ["before", "`x`: expected a number, got `y`"]
    assert (second.left_out, [each.text for each in second.findings]) == ("nothing is known", ["never seen"])


def test_a_model_that_fails(model_file, tmp_path) -> None:
    """The start is beyond what it can evaluate: the checks that need it are left out, with the reason."""
    options = Options(evaluations=8)
    xml = write_input(tmp_path)
    found = check_input(xml, make_model(model_file("raises"), options), options, view=view_of(WATER))
    reasons = [answer.left_out for answer in found.answers if answer.left_out]
    assert reasons == [] or all("the model fails for the start" in reason for reason in reasons)
