"""Files with matrices: the ones that are read, and the ones that are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tumble.errors import ConfigurationError
from tumble.new.gle import read_gle


def matrices(beads: int, temperature: float, size: int = 2) -> str:
    """White noise on all modes, as XML."""
    drift = np.stack([0.01 * np.eye(size)] * beads)
    covariance = np.stack([beads * temperature * np.eye(size)] * beads)
    numbers = [", ".join(f"{x:.6e}" for x in each.ravel()) for each in (drift, covariance)]
    shape = f"({beads},{size},{size})"
    return f"<A shape='{shape}'>\n[ {numbers[0]} ]</A>\n<C shape='{shape}' units='kelvin'>[ {numbers[1]} ]</C>"


@pytest.mark.parametrize(
    "text",
    [
        matrices(6, 300.0),
        f"<thermostat mode='nm_gle'>{matrices(6, 300.0)}</thermostat>",
        f"<?xml version='1.0'?>\n<simulation><system>{matrices(6, 300.0)}</system></simulation>",
    ],
)
def test_matrices_are_found_wherever_they_are(tmp_path: Path, text: str) -> None:
    path = tmp_path / "gle.xml"
    path.write_text(text)
    gle = read_gle(path)
    assert gle.beads == 6
    assert gle.temperature == pytest.approx(300.0)
    assert gle.elements.count("shape=") == 2
    gle.check(6, 301.0)
    with pytest.raises(ConfigurationError, match=r"`gle`: .*8 beads .* 6"):
        gle.check(8, 300.0)
    with pytest.raises(ConfigurationError, match=r"`gle`: .*250 K .* 300 K"):
        gle.check(6, 250.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A = 1 2 3", "found no A"),
        ("<A shape='(2,1,1)'>[1, 2]</A>", "found no C"),
        ("<A>[1]", "expected XML"),
        (matrices(4, 300.0).replace("(4,2,2)", "(5,2,2)"), "16 numbers and the shape"),
        (matrices(4, 300.0).replace("1.000000e-02", "one"), "expected numbers in A"),
        (matrices(4, 300.0).split("\n<C")[0] + matrices(2, 300.0).split("</A>")[1], "of one shape"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "gle.xml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=f"`gle`: .*{words}"):
        read_gle(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"`gle`: "):
        read_gle(tmp_path / "none")
