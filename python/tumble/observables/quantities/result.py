"""The result of one observable for one run: named quantities with metadata and notes, in the same form for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tumble.errors import ConfigurationError, TrajectoryError
from tumble.files import write_atomically
from tumble.json_text import json_text
from tumble.observables.quantities import stored
from tumble.observables.quantities.quantity import Quantity, quantity_from_dict, quantity_to_dict
from tumble.observables.quantities.summary_text import summaries


@dataclass(frozen=True, repr=False)
class Result:
    """The result of one observable for one run.

    Attributes:
        observable: Name of the observable, such as `rdf`.
        quantities: Quantities, in the order in which they are shown.
        metadata: How the result was made: numbers of frames, beads and molecules, ranges, files; for JSON.
        notes: Sentences that a reader needs in order to judge the result.
    """

    observable: str
    quantities: tuple[Quantity, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check that names are unique."""
        names = [quantity.name for quantity in self.quantities]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ConfigurationError(f"`quantities`: expected different names, got twice {', '.join(twice)}")

    def __repr__(self) -> str:
        """Return the table that `tumble analyze` prints."""
        lines = [*summaries(self.quantities), *(f"note: {note}" for note in self.notes)]
        return "\n".join([self.observable, *(f"  {line}" for line in lines)])

    def __getitem__(self, name: str) -> Quantity:
        """Return the quantity of this name.

        Raises:
            KeyError: If there is none.
        """
        for quantity in self.quantities:
            if quantity.name == name:
                return quantity
        raise KeyError(f"`{self.observable}` has no `{name}`, but {', '.join(each.name for each in self.quantities)}")

    def to_dict(self) -> dict[str, Any]:
        """Return the result for JSON; NaN becomes null."""
        return {
            "observable": self.observable,
            "metadata": dict(self.metadata),
            "notes": list(self.notes),
            "quantities": [quantity_to_dict(quantity) for quantity in self.quantities],
        }

    def to_json(self, path: str | Path | None = None) -> str:
        """Return the result as JSON, with units.

        Args:
            path: File to which it is also written.

        Raises:
            OSError: If the file can't be written; an earlier file is then left as it was.
        """
        text = json_text({"format": "tumble-result-1"} | self.to_dict())
        if path is not None:
            write_atomically(Path(path), text.encode())
        return text.rstrip("\n")

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Result:
        """Return the result that `to_dict` gave.

        Raises:
            TrajectoryError: If a value is missing or of another kind.
        """
        try:
            quantities = tuple(quantity_from_dict(each) for each in stored.listed(data, "quantities"))
            observable, metadata = stored.text(data, "observable"), stored.mapping(data, "metadata")
            return Result(observable, quantities, metadata, stored.texts(data, "notes"))
        except (TrajectoryError, ConfigurationError) as error:  # the latter of values that don't fit each other
            raise TrajectoryError(f"`data`: expected a result of an analysis, got {error}") from error

    def plot(self, path: str | Path | None = None) -> Any:
        """Return a figure with one panel for each quantity.

        Args:
            path: File to which it is written: .png, .svg or .pdf.

        Returns:
            The `matplotlib.figure.Figure`.

        Raises:
            ConfigurationError: If there is nothing to draw.
        """
        # The one import of a higher floor, at the call: users expect a result to plot itself.
        from tumble.figures.plot import plot_results

        return plot_results([self], path=path)
