"""What is constant in an ensemble, by its words."""

from __future__ import annotations

import pytest

from tumble.runs.ensembles import ensemble_in


@pytest.mark.parametrize(
    ("words", "temperature", "volume"),
    [
        ("NVE", False, True),
        ("NVE in an electric field", False, True),
        ("NVT (PILE-L, Suzuki–Chin) with constraints", True, True),
        ("NPH", False, False),
        ("NPT (Nosé–Hoover)", True, False),
        ("NST", True, False),
        ("path integral", True, False),
        ("unknown", True, False),
        (None, True, False),
    ],
)
def test_what_is_constant(words: str | None, temperature: bool, volume: bool) -> None:
    found = ensemble_in(words)
    assert (found.temperature, found.volume) == (temperature, volume)
