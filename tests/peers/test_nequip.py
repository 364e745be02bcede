"""A package of NequIP, which has its own copies of NequIP's classes."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.peers import convert, run_script

from tumble import metadata

pytestmark = [pytest.mark.peers, pytest.mark.timeout(600)]


def test_package(tmp_path: Path) -> None:
    source, path = tmp_path / "small.nequip.zip", tmp_path / "nequip.pt"
    run_script("nequip", "make_nequip.py", "nequip", source)
    done = convert("nequip", source, path)
    assert done.returncode == 0, done.stderr
    document = metadata.read(path)
    assert (document["name"], document["depth"], document["baseline"]) == ("small", 2, [-13.6, -430.0])
