from __future__ import annotations

import pytest

from tumble.convert.elements import chosen_elements
from tumble.errors import ConfigurationError

KNOWN = ["H", "C", "O"]


def test_all_elements_are_kept_in_the_order_of_the_model() -> None:
    assert chosen_elements(None, KNOWN) == KNOWN


def test_chosen_elements_are_kept_in_the_order_of_the_user() -> None:
    assert chosen_elements(["O", "H"], KNOWN) == ["O", "H"]


@pytest.mark.parametrize(
    ("elements", "got"), [(["O", "Fe"], "H, C, O, got `Fe`"), (["O", "O"], "got O, O"), ([], "got none")]
)
def test_wrong_elements(elements: list[str], got: str) -> None:
    with pytest.raises(ConfigurationError, match=f"`elements`: .*{got}$"):
        chosen_elements(elements, KNOWN)
