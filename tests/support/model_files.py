"""Model files with something changed inside."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import torch

from tumble import metadata
from tumble.torchscript import script, torchscript_warnings_silenced

#: From the bytes of a record to others; None leaves the record out.
Change = Callable[[bytes], bytes | None]


def rewritten(source: Path, target: Path, ending: str, change: Change) -> Path:
    """A copy of a model file with the records whose names have an ending passed through `change`."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            data: bytes | None = old.read(name)
            if name.endswith(ending):
                data = change(old.read(name))
            if data is not None:
                new.writestr(name, data)
    return target


def with_metadata_text(source: Path, target: Path, change: Change) -> Path:
    """A copy of a model file with the text of its metadata passed through `change`."""
    return rewritten(source, target, "/extra/tumble.json", change)


def edited(**fields: object) -> Change:
    """Change of the metadata that sets fields of the document."""
    return lambda text: json.dumps(json.loads(text) | fields).encode()


def with_metadata(source: Path, target: Path, **fields: object) -> Path:
    """A copy of a model file with other fields in its metadata."""
    return with_metadata_text(source, target, edited(**fields))


def with_other_network(source: Path, target: Path, network: torch.nn.Module) -> Path:
    """The metadata of a model file with another network."""
    with torchscript_warnings_silenced():
        torch.jit.save(
            script(network.double().eval()),
            str(target),
            _extra_files={"tumble.json": json.dumps(metadata.read(source))},
        )
    return target
