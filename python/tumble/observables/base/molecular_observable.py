"""The base of averages over frames for which molecules must stay whole."""

from __future__ import annotations

from typing import Any

from tumble.observables.base.observable import FrameObservable
from tumble.observables.frames.water import BrokenMolecules


class MolecularObservable(FrameObservable):
    """An average over frames that counts broken molecules in `self.results.broken`."""

    def _prepare(self) -> None:
        super()._prepare()
        self.results.broken = BrokenMolecules()

    def _aggregators(self) -> dict[str, Any]:
        return {**super()._aggregators(), "broken": BrokenMolecules.joined}
