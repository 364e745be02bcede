"""The line of a log in which the pair style and the driver say what they run: `tumble: {"format": …}`.

The core writes it (`csrc/tumble/evaluation/run_line.h` lists its keys). Logs of earlier versions have sentences,
which are read as far as they go.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

FORMAT = "tumble-run-1"
_PREFIX = "tumble: {"
_EARLIER_MODEL = re.compile(
    r"^pair_style tumble: model (?P<name>.+?) \((?P<path>.+?)\), |^tumble drive: model (?P<driven>.+?) on ",
    re.MULTILINE,
)
_EARLIER_SYMMETRIZE = re.compile(
    r"^pair_style tumble: symmetrize (.+?)(?:,.*)?$|^tumble drive: model .*symmetrize ([^,;\s]+)", re.MULTILINE
)


@dataclass(frozen=True)
class RunLine:
    """What a log says about the model.

    Attributes:
        model: `name` and, where it is known, `path`; empty if the log says nothing.
        symmetrize: Rotations over which the model was averaged; None if the log doesn't say.
        versions: Of Tumble and torch, by names that say that they are the run's; empty in logs of earlier versions.
    """

    model: dict[str, str] = field(default_factory=dict)
    symmetrize: str | None = None
    versions: dict[str, str] = field(default_factory=dict)


def read_run_line(text: str) -> RunLine:
    """Return what the last such line of a log says.

    Args:
        text: Of the log, or of its beginning.
    """
    lines = list(_lines(text))
    if not lines:
        return _read_earlier(text)
    model, symmetrize, versions = (lines[-1].get(key) for key in ("model", "symmetrize", "versions"))
    return RunLine(
        model={key: value for key, value in _texts(model).items() if key in ("name", "path")},
        symmetrize=symmetrize if isinstance(symmetrize, str) else None,
        versions={f"{name} of the run": version for name, version in _texts(versions).items()},
    )


def _lines(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        if not line.startswith(_PREFIX):
            continue
        try:
            said = json.loads(line.removeprefix("tumble: "))
        except (ValueError, RecursionError):
            continue  # cut short, by a full disk or where a reader stopped, or damaged
        if said.get("format") == FORMAT:
            yield said


def _texts(value: Any) -> dict[str, str]:
    """Return the texts among the values of an object; what else may stand in a damaged line is left out."""
    return {key: text for key, text in value.items() if isinstance(text, str)} if isinstance(value, dict) else {}


def _read_earlier(text: str) -> RunLine:
    models = list(_EARLIER_MODEL.finditer(text))
    sets = _EARLIER_SYMMETRIZE.findall(text)
    model = {}
    if models:
        found = models[-1]
        model = {"name": found["driven"]} if found["driven"] else {"name": found["name"], "path": found["path"]}
    return RunLine(model, next(filter(None, sets[-1])) if sets else None)
