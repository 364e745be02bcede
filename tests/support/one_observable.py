"""The result of one observable of a run."""

from __future__ import annotations

from tumble.observables.base.kind import Kind
from tumble.observables.base.one_pass import one_pass
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.quantities.result import Result


def result_of(kind: type[Kind], opened: OpenedRun) -> Result:
    """The result of an observable that alone sees the frames, in this process."""
    plan = kind.from_run(opened)
    if plan.analyses:
        one_pass(plan.analyses, *opened.frames(), opened.settings.stride)
    return plan.conclude()
