"""Spectra of toys with one degree."""

from __future__ import annotations

import pytest
from support.faulty_potentials import Chiral

from tumble.audit.checks.spectrum import SpectrumCheck
from tumble.errors import NotApplicableError


@pytest.mark.parametrize(("name", "degree", "parity"), [("harmonic", 2, "even"), ("harmonic_2", 3, "odd")])
def test_one_degree(case_of, name, degree, parity):
    found = SpectrumCheck().run(case_of(name, spectrum=3)).details
    powers = {(kind, place): power for kind in ("even", "odd") for place, power in enumerate(found[kind])}
    total = found["even_total"] + found["odd_total"]
    assert powers.pop((parity, degree)) == pytest.approx(total, rel=1e-9)
    assert all(power < 1e-12 * total for power in powers.values())


def test_a_pseudoscalar_has_degree_zero(faulty_case):
    case = faulty_case(Chiral(), spectrum=2)
    found = SpectrumCheck().run(case).details
    assert found["odd"][0] == pytest.approx(found["odd_total"], rel=1e-9)
    lines = SpectrumCheck().lines([found])
    assert lines[1].split() == ["l", "=", "0", "l", "=", "1", "l", "=", "2"]
    assert lines[3].split()[:3] == ["odd", "under", "inversion"]
    assert lines[4].split()[:4] == ["beyond", "l", "=", "2"]


def test_where_it_makes_no_sense(case_of):
    for case, text in ((case_of("pair", spectrum=2), "exact"), (case_of("harmonic"), "--spectrum")):
        with pytest.raises(NotApplicableError, match=text):
            SpectrumCheck().run(case)
    later = case_of("harmonic", spectrum=2)
    later.index = 1
    with pytest.raises(NotApplicableError, match="first"):
        SpectrumCheck().run(later)
