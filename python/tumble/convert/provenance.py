"""Where a converted model comes from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from tumble.convert.converted import Request
from tumble.metadata import Provenance


def provenance(kind: str, distribution: str | None, request: Request, files: Iterable[Path]) -> Provenance:
    """Return the source of a conversion, without the folders of this machine.

    Args:
        kind: Kind of the model.
        distribution: Name of the package on the package index, for its version; None if there is none.
        request: What the user asked for.
        files: Files that were read; their SHA-256 is kept.
    """
    read = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    return Provenance(
        data=[],
        seeds={},
        metrics={},
        configuration={
            "converted from": kind,
            "source": Path(request.source).name,
            "package": "none" if distribution is None else f"{distribution} {version(distribution)}",
            "options": dict(request.options),
            "sha256": read,
        },
    )
