"""What a checkpoint of metatrain says about its weights: license, authors and papers.

`mtt export --metadata` writes this. metatrain has no field for a license, only free words in `extra`.
"""

from __future__ import annotations

from typing import Any

_PAPER = "S. N. Pozdnyakov, M. Ceriotti, NeurIPS 36 (2023), arXiv:2305.19302 (PET)"
_LICENCE = ("license", "licence")


def licence(model: Any) -> str:  # metatrain has no types
    """Return the license of the weights, or "not stated"."""
    for name, value in model.metadata.extra.items():
        if name.lower() in _LICENCE and value.strip():
            return str(value.strip())
    return "not stated"


def citation(model: Any) -> str:
    """Return the paper of PET, and the authors and papers of the weights.

    References of the kind `architecture` are left out: PET's own is the first, and the others belong to parts that
    aren't converted.
    """
    references = model.metadata.references
    stated = [*references.get("model", []), *references.get("implementation", [])]
    if model.metadata.authors:
        stated.insert(0, f"weights by {', '.join(model.metadata.authors)}")
    return "; ".join([_PAPER, *(stated or ["and what the authors of the weights ask for"])])
