"""Reader of the line in which the pair style and the driver log their model: `tumble: {"format": …}`.

The core writes it (`csrc/tumble/evaluation/run_line.h` lists its keys). Logs of earlier versions have sentences in its
place, from which the same values are read as far as possible.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tumble.runs.json_line import values_of

FORMAT = "tumble-run-1"
_EARLIER_MODEL = re.compile(
    r"^pair_style tumble: model (?P<name>.+?) \((?P<path>.+?)\), |^tumble drive: model (?P<driven>.+?) on ",
    re.MULTILINE,
)
_EARLIER_SYMMETRIZE = re.compile(
    r"^pair_style tumble: symmetrize (.+?)(?:,.*)?$|^tumble drive: model .*symmetrize ([^,;\s]+)", re.MULTILINE
)


@dataclass(frozen=True)
class RunLine:
    """Values in a log about the model.

    Attributes:
        model: `name` and, if known, `path` and `symmetry` (the kind of docs/model-file.md); empty if the log has none.
        symmetrize: Rotations over which the model was averaged; None if unknown.
        versions: Versions of Tumble and torch, under names such as `torch of the run`; empty for earlier versions.
    """

    model: dict[str, str] = field(default_factory=dict)
    symmetrize: str | None = None
    versions: dict[str, str] = field(default_factory=dict)


def read_run_line(text: str) -> RunLine:
    """Return the values of the last such line of a log.

    Args:
        text: Text of the log, or its beginning.
    """
    found = [values for line in text.splitlines() if (values := values_of(line, FORMAT)) is not None]
    if not found:
        return _read_earlier(text)
    model, symmetrize, versions = (found[-1].get(key) for key in ("model", "symmetrize", "versions"))
    return RunLine(
        model={key: value for key, value in _texts(model).items() if key in ("name", "path", "symmetry")},
        symmetrize=symmetrize if isinstance(symmetrize, str) else None,
        versions={f"{name} of the run": version for name, version in _texts(versions).items()},
    )


def _texts(value: Any) -> dict[str, str]:
    """Return the values of an object that are texts; a damaged line may have others."""
    return {key: text for key, text in value.items() if isinstance(text, str)} if isinstance(value, dict) else {}


def _read_earlier(text: str) -> RunLine:
    models = list(_EARLIER_MODEL.finditer(text))
    sets = _EARLIER_SYMMETRIZE.findall(text)
    model = {}
    if models:
        found = models[-1]
        model = {"name": found["driven"]} if found["driven"] else {"name": found["name"], "path": found["path"]}
    return RunLine(model, next(filter(None, sets[-1])) if sets else None)
