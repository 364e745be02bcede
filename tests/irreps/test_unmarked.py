from __future__ import annotations

from typing import Any

import pytest

from tumble.irreps.unmarked import cure


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        ({"converted from": "sevennet", "source": "7net-0"}, ["sevennet", "`tumble convert sevennet 7net-0`"]),
        ({"converted from": "nequip", "source": "a.ckpt"}, ["Allegro", "`tumble convert nequip a.ckpt`"]),
        ({"converted from": "n2p2", "source": "nn"}, ["n2p2"]),
        ({"model": {"cutoff": 4.0}}, ["`pet`", "kind: equivariant"]),
        ({"model": {"kind": "other"}}, ["`other`"]),
        ({}, ["torch.ops.tumble.features", "docs/irreps.md"]),
        (None, ["torch.ops.tumble.features"]),
    ],
)
def test_the_cure_fits_what_the_model_is(configuration: Any, words: list[str]) -> None:
    text = cure({"configuration": configuration})
    assert all(word in text for word in words), text
