from __future__ import annotations

import pytest
import torch
from support.behler_parrinello import ACTIVATIONS as PLAIN

from tumble.convert.n2p2.activations import ACTIVATIONS


@pytest.mark.parametrize("letter", ACTIVATIONS)
def test_values_are_those_of_plain_formulas(letter: str) -> None:
    for x in (-0.7, 0.3):
        found = ACTIVATIONS[letter](torch.tensor([x], dtype=torch.float64)).item()
        assert found == pytest.approx(PLAIN[letter](x), rel=1e-14)
