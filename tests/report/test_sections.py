"""The part of the page on each observable."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support import made_up_results as made_up
from support.html_page import data_of

from tumble.observables.quantities.result import Result
from tumble.report.sections import Section, observable_sections
from tumble.study.analysis_file import Analysis


@pytest.fixture(scope="module")
def sections(analyses: list[Analysis]) -> dict[str, Section]:
    return {section.id: section for section in observable_sections(analyses)}


def test_values_match_their_errors(analyses: list[Analysis], sections: dict[str, Section]) -> None:
    section = sections["dipole"]
    assert section.numbers is not None
    assert section.numbers.head == ["Quantity", *[analysis.name for analysis in analyses]]
    assert {row.header: row.cells[0] for row in section.numbers.rows} == {
        "⟨|μ|⟩ / D": "2.953 ± 0.021",
        "x / D": "0.5000 ± –",
        "ε <0>": "78.0 ± 9.0 †",
    }
    assert section.numbers.remarks == [
        "† a lower bound of the error: the run is too short to resolve its correlation time."
    ]
    assert section.images == []


def test_what_symmetry_demands_has_a_column() -> None:
    quantity = replace(made_up.number(0.3, 0.1), expected=np.array(0.0))
    (section,) = observable_sections([Analysis("a", (Result("dipole", (quantity, made_up.number(1, name="y"))),))])
    assert section.numbers is not None
    assert [row.cells for row in section.numbers.rows] == [["0.30 ± 0.10", "0"], ["1.000 ± 0.020", "–"]]


def test_an_observable_that_a_run_lacks(analyses: list[Analysis]) -> None:
    with_and_without = [Analysis("without", ()), Analysis("b", (analyses[0]["dipole"],))]
    (section,) = observable_sections(with_and_without)
    assert section.numbers is not None
    assert section.numbers.head == ["Quantity", "b"]
    assert section.numbers.rows[0].cells == ["2.953 ± 0.021"]
    assert section.details[0].head == ["Quantity", "b"]


def test_a_quantity_that_a_run_lacks() -> None:
    first = Result("dipole", (made_up.number(1), made_up.number(2, name="y")), notes=("Both.",))
    second = Result("dipole", (made_up.number(3),), notes=("Both.",))
    (section,) = observable_sections([Analysis("a", (first,)), Analysis("b", (second,)), Analysis("without", ())])
    assert section.numbers is not None
    assert [row.cells for row in section.numbers.rows] == [["1.000 ± 0.020", "3.000 ± 0.020"], ["2.000 ± 0.020", "–"]]
    assert section.notes == ["Both."]


def test_several_results_of_an_observable_are_one_section() -> None:
    first = Result("rdf", (made_up.curve(),), {"pair": "OO"}, ("Same.",))
    second = Result("rdf", (replace(made_up.curve(), name="g_HH"),), {"range": 6.0}, ("Same.", "Other."))
    (section,) = observable_sections([Analysis("a", (first, second))])
    assert len(section.images) == 2
    assert section.notes == ["Same.", "Other."]
    assert [row.header for row in section.details[-1].rows] == ["pair", "range"]


def test_notes_say_which_runs_they_are_about() -> None:
    noted = Result("dipole", (made_up.number(1),), notes=("All.", "Short."))
    (section,) = observable_sections([Analysis("a", (noted,)), Analysis("b", (replace(noted, notes=("All.",)),))])
    assert section.notes == ["All.", "a: Short."]


def test_what_errors_rest_on(sections: dict[str, Section]) -> None:
    blocks = sections["dipole"].details[0]
    assert {row.header: row.cells[0] for row in blocks.rows} == {
        "⟨|μ|⟩": "0.31; 12 × 1.3",
        "ε <0>": "0.31; 12 × 1.3 †",
    }


def test_symmetry_error_against_the_rotations_of_the_runs(sections: dict[str, Section]) -> None:
    alt = sections["symmetry"].images[-1].alt
    assert "|τ|, rms of bare (none): 9.300 ± 0.020" in alt
    assert "|τ|, rms of icosahedral: 0.300 ± 0.020" in alt
    one = Analysis("a", (Result("symmetry", (made_up.number(1),)),))
    assert observable_sections([one])[0].images == []


def test_an_observable_without_an_explanation() -> None:
    (section,) = observable_sections([Analysis("a", (Result("my_own-thing", (made_up.number(1),)),))])
    assert section.title == "My own thing"


def test_units_that_differ() -> None:
    runs = [Analysis(unit, (Result("rdf", (made_up.curve(unit=unit),)),)) for unit in ("Å", "nm")]
    (section,) = observable_sections(runs)
    heads = [data_of(image.download.uri).decode().partition("\n")[0] for image in section.images if image.download]
    assert ["r / Å" in head for head in heads] == [True, False]
    assert ["r / nm" in head for head in heads] == [False, True]
