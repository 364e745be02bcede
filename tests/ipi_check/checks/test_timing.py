"""Time-outs and latency; the time of an evaluation is given, since that of this machine varies."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.ipi_inputs import findings

from tumble.ipi_check.case import Case
from tumble.ipi_check.checks.timing import Timing
from tumble.ipi_check.finding import Level


@pytest.fixture
def timed(case_of) -> Callable[..., Case]:
    def case(*words: str, seconds: float = 2.0) -> Case:
        made: Case = case_of(("ADDRESS </address>", f"ADDRESS </address> {' '.join(words)}"))
        made.__dict__["seconds"] = seconds
        return made

    return case


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ((), None),
        (("<timeout> 0 </timeout>",), None),
        (("<timeout> 1 </timeout>",), Level.ERROR),
        (("<timeout> 5 </timeout>",), Level.WARNING),
        (("<timeout> 20 </timeout>",), None),
        (("<timeout> 20 </timeout>", "<batch_size> 16 </batch_size>"), Level.ERROR),
        (("<latency> 0.5 </latency>",), Level.WARNING),
        (("<latency> -1 </latency>",), Level.ERROR),
        (("<latency> 0.001 </latency>",), None),
    ],
)
def test_levels(timed, words: tuple[str, ...], level: Level | None) -> None:
    found = findings(Timing, timed(*words), Level.ERROR, Level.WARNING)
    assert [each.level for each in found] == ([] if level is None else [level])


def test_a_latency_that_a_fast_model_waits_for(timed) -> None:
    assert findings(Timing, timed("<latency> 0.009 </latency>"), Level.WARNING) == []
    (found,) = findings(Timing, timed("<latency> 0.009 </latency>", seconds=0.01), Level.WARNING)
    assert "0.009 s" in found.text


def test_the_time_of_the_whole_run(timed) -> None:
    (found,) = findings(Timing, timed(seconds=0.25))
    assert (found.level, "1000 steps with 32 evaluations of 250 ms" in found.text) == (Level.NOTE, True)
    assert "2.22 hours" in found.text  # 1000 × 32 × 0.25 s = 8000 s


def test_a_measured_time(case_of) -> None:
    assert 0.0 < case_of().seconds < 60.0
    assert findings(Timing, case_of(evaluations=0)) == []


def test_rotations_multiply_it(case_of, monkeypatch) -> None:
    case = case_of(symmetrize="octahedral")
    monkeypatch.setattr(case.model, "seconds", lambda atoms: 0.5)
    assert case.seconds == pytest.approx(12.0)
