"""Whether i-PI waits long enough for a driver, and not too long between its looks at them."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import override

from tumble.amounts import duration
from tumble.counted import counted
from tumble.errors import NotApplicableError
from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, error, note, warning

_MARGIN = 5.0  # a busy machine is that much slower for a moment
_LONG = 0.01  # s
_SHORT = 1.01e-4  # s, that of i-PI itself
_SHARE = 0.1  # of an evaluation


class Timing(Check):
    """Compare time-outs and latency with the time of an evaluation on this machine."""

    name = "timing"
    title = "time-out and latency"

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        for each in case.served:
            latency = each.number("latency") if each.word("latency") else 0.0
            if latency < 0.0:
                yield error(
                    f"`latency` of `{each.name}`: expected at least 0, got {latency:g}", "<latency> 1e-4 </latency>"
                )
            elif latency > _LONG or (latency > _SHORT and 0.0 < _seconds(case) < latency / _SHARE):
                text = f"i-PI looks at `{each.name}` every {latency:g} s"
                if _seconds(case) > 0.0:
                    text += f", while an evaluation takes {_seconds(case):.2g} s here"
                yield warning(f"{text}: the run waits for it", "<latency> 1e-4 </latency>")
            timeout = each.number("timeout") if each.has_socket else 0.0
            if timeout > 0.0:
                yield from _timeout(case, each.name, timeout, each.batch)
        yield from _whole_run(case)


def _seconds(case: Case) -> float:
    try:
        return case.seconds
    except NotApplicableError:
        return 0.0


def _timeout(case: Case, name: str, timeout: float, batch: int) -> Iterator[Finding]:
    needed = _seconds(case) * batch
    if needed == 0.0 or timeout > _MARGIN * needed:
        return
    what = f"a batch of {batch} takes" if batch > 1 else "an evaluation takes"
    text = f"i-PI drops a driver of `{name}` after {timeout:g} s, while {what} {needed:.2g} s here"
    cure = f"<timeout> {max(10.0, 20.0 * needed):.0f} </timeout>, or 0 for no time-out"
    if timeout < needed:
        yield error(f"{text}: the run never advances", cure)
    else:
        yield warning(f"{text}: on a busy machine it drops drivers that work", cure)


def _whole_run(case: Case) -> Iterator[Finding]:
    seconds = _seconds(case)
    if seconds == 0.0 or not case.dynamics:
        return
    per_step = sum(
        (component.beads or case.beads) * sum(map(each.repetitions, component.acts_at))
        for each in case.dynamics
        for component in case.served_components
    )
    if len({component.forcefield for component in case.served_components}) > 1:
        return  # these options are those of one of the drivers
    yield note(
        f"{counted(case.steps, 'step')} with {counted(per_step, 'evaluation')} of {1e3 * seconds:.3g} ms each take "
        f"about {duration(seconds * per_step * case.steps)} with one driver on this machine, as fast as it is now"
    )
