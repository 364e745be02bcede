"""What a conversion of MACE keeps in double precision."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.peers import convert, run_script

from tumble import metadata

pytestmark = [pytest.mark.peers, pytest.mark.timeout(2400)]


def test_energies_of_free_atoms_keep_the_precision_of_the_source(tmp_path: Path) -> None:
    """A network in single precision has a baseline in double precision: -12.9 eV isn't a number of float32."""
    source, path = tmp_path / "source.model", tmp_path / "mace.pt"
    run_script("mace", "make_mace.py", source, "float64")
    done = convert("mace", source, path, "--option", "head=high", "--dtype", "float32")
    assert done.returncode == 0, done.stderr
    document = metadata.read(path)
    assert (document["dtype"], document["baseline"]) == ("float32", [-12.9, -431.0])
