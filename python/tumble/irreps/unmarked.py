"""What a model without marks is, and how to get one with marks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tumble.convert.kinds import KINDS


def cure(provenance: Mapping[str, Any]) -> str:
    """Return what kind of model has no marks, and what to do about it.

    Args:
        provenance: From the metadata of the model file.
    """
    configuration = provenance.get("configuration")
    configuration = configuration if isinstance(configuration, Mapping) else {}
    kind = KINDS.get(str(configuration.get("converted from")))
    if kind is not None and kind.marks is not None:
        return (
            f"it is a model of {kind.name}, converted before Tumble marked {kind.marks}: convert it again, "
            f"`tumble convert {kind.name} {configuration.get('source')}`"
        )
    if kind is not None:
        return f"it is a model of {kind.name}, whose features Tumble doesn't know as irreps of O(3)"
    model = configuration.get("model")
    if isinstance(model, Mapping):
        name = str(model.get("kind", "pet"))
        return (
            f"it was trained as `{name}`, whose features don't turn as irreps of O(3); train one with "
            "`model: {kind: equivariant}`"
        )
    return (
        "if it has such features, mark them in `forward` with `torch.ops.tumble.features` and export it again "
        "(docs/irreps.md)"
    )
