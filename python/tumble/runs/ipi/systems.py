"""The systems of an input of i-PI, those that it makes from a template included."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from typing import Any

from tumble.errors import TrajectoryError
from tumble.runs.ipi.elements import words_of


def systems_of(root: Any) -> Sequence[Any]:
    """Return all elements `system`; i-PI makes those of a `system_template` by replacing its labels.

    Args:
        root: The element `simulation`.

    Raises:
        TrajectoryError: If a template gives no XML.
    """
    found = list(root.findall("system"))
    for template in root.findall("system_template"):
        labels = words_of(template.find("labels"))
        texts = [ElementTree.tostring(each, encoding="unicode") for each in template.findall("template/system")]
        for instance in template.findall("instance"):
            found += [_filled(text, labels, words_of(instance)) for text in texts]
    return found


def _filled(text: str, labels: Sequence[str], words: Sequence[str]) -> Any:
    # From the longest label, as i-PI does, since a label may be the beginning of another.
    for label, word in sorted(zip(labels, words, strict=False), reverse=True):
        text = text.replace(label, word)
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise TrajectoryError(f"`system_template`: expected XML, got {error}") from error
