"""Where a converted model comes from."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from tumble.convert.converted import Request
from tumble.convert.kinds import Kind
from tumble.files import sha256
from tumble.metadata import Provenance


def provenance(kind: Kind, request: Request, files: Iterable[Path]) -> Provenance:
    """Return the source of a conversion, without the folders of this machine.

    Args:
        kind: Kind of the model.
        request: What the user asked for.
        files: Files that were read; their SHA-256 is kept.
    """
    distribution = kind.requirement.partition("==")[0]
    return Provenance(
        data=[],
        seeds={},
        metrics={},
        configuration={
            "converted from": kind.name,
            "source": Path(request.source).name,
            "package": f"{distribution} {version(distribution)}" if distribution else "none",
            "options": dict(request.options),
            "sha256": {path.name: sha256(path) for path in files},
        },
    )
