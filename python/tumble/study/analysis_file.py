"""The file with all results of a run: written by `tumble analyze`, read by `tumble compare` and `tumble report`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

from tumble.errors import TrajectoryError
from tumble.files import write_atomically
from tumble.json_text import json_text
from tumble.observables.quantities.result import Result
from tumble.observables.quantities.stored import listed, mapping, text
from tumble.observables.registry import OBSERVABLES
from tumble.study.provenance import provenance_from

FORMAT = "tumble-analysis-1"
_FORMATS = "tumble-analysis-"
NAME = "analysis.json"


@dataclass(frozen=True, repr=False)
class Analysis:
    """The results of a run.

    Attributes:
        name: Name of the run, for tables and legends.
        results: One result for each observable.
        provenance: How the run and the analysis were made: `engine`, `ensemble`, `temperature_K`, `beads`, `length_ps`,
            `timestep_fs`, `model` (`name`, `path`, `symmetry`, `sha256`), `symmetrize`, `versions`, `inputs`,
            `settings`, `given` and `files` (`tumble.study.fingerprint`), and why observables have no result: `skipped`,
            `refused` and `failed` (`tumble.study.analyze`).
    """

    name: str
    results: tuple[Result, ...]
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Return the name of the run, and the tables of its results."""
        return "\n\n".join([self.name, *map(repr, self.results)])

    def __getitem__(self, observable: str) -> Result:
        """Return the result of this observable.

        Raises:
            KeyError: If there is none.
        """
        for result in self.results:
            if result.observable == observable:
                return result
        raise KeyError(
            f"`{self.name}` has no `{observable}`, but {', '.join(each.observable for each in self.results)}"
        )

    @property
    def failed(self) -> Mapping[str, Mapping[str, str]]:
        """The `error` of each observable that failed by a fault of Tumble or of the machine.

        An unexpected exception also has a `traceback`.
        """
        return self.provenance.get("failed") or {}

    def only(self, observables: Sequence[str]) -> Analysis:
        """Return the analysis with these observables alone: their results, and why they have none."""
        results = tuple(result for result in self.results if result.observable in observables)
        others = OBSERVABLES.keys() - set(observables)
        reasons = {
            key: {name: reason for name, reason in (self.provenance.get(key) or {}).items() if name not in others}
            for key in ("skipped", "refused", "failed")
        }
        return Analysis(self.name, results, {**self.provenance, **reasons})

    def fact(self, *keys: str) -> Any:
        """Return a value of the provenance by the keys that lead to it; None if it isn't there."""
        value: Any = self.provenance
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value

    def save(self, path: str | PathLike[str]) -> None:
        """Write the analysis as JSON; numbers that aren't finite become null.

        Raises:
            OSError: If the file can't be written; an earlier file is then left as it was.
        """
        data = {
            "format": FORMAT,
            "name": self.name,
            "provenance": dict(self.provenance),
            "results": [result.to_dict() for result in self.results],
        }
        write_atomically(Path(path), json_text(data).encode())


def load_analysis(path: str | PathLike[str]) -> Analysis:
    """Read a file that `Analysis.save` wrote.

    Args:
        path: The file, or a folder that contains `analysis.json`.

    Raises:
        TrajectoryError: If the file can't be read, or isn't an analysis.
    """
    path = Path(path)
    if path.is_dir():
        path = path / NAME
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TrajectoryError(f"`{path}`: expected a file of `tumble analyze`, got {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise TrajectoryError(f"`{path}`: expected a whole file of `tumble analyze`, got {error}") from error
    found = data.get("format") if isinstance(data, dict) else None
    if found != FORMAT:
        cure = " (of another version of tumble); analyze the run again" if str(found).startswith(_FORMATS) else ""
        raise TrajectoryError(
            f"`{path}`: expected a file of `tumble analyze` in the format {FORMAT}, got {found}{cure}"
        )
    try:
        results = tuple(Result.from_dict(each) for each in listed(data, "results"))
        return Analysis(text(data, "name"), results, provenance_from(mapping(data, "provenance")))
    except TrajectoryError as error:
        raise TrajectoryError(f"`{path}`: expected a whole file of `tumble analyze`, got {error}") from error


def grouped(skipped: Mapping[str, str]) -> list[str]:
    """Return the missing observables with the reasons, grouped by reason, such as `msd, rdf: no box`."""
    names: dict[str, list[str]] = {}
    for name, reason in skipped.items():
        names.setdefault(reason, []).append(name)
    return [f"{', '.join(group)}: {reason}" for reason, group in names.items()]
