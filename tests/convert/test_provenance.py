from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

from tumble.convert.converted import Request
from tumble.convert.kinds import KINDS, Kind
from tumble.convert.provenance import provenance


def test_the_source_is_kept_without_the_folders_of_this_machine(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(b"weights")
    request = Request(str(path), options={"head": "a"})
    found = provenance(Kind("mace", "numpy", "numpy==2", "a file", {}), request, [path])
    assert found["configuration"] == {
        "converted from": "mace",
        "source": "weights.bin",
        "package": f"numpy {version('numpy')}",
        "options": {"head": "a"},
        "sha256": {"weights.bin": hashlib.sha256(b"weights").hexdigest()},
    }
    assert str(tmp_path) not in str(found)


def test_a_kind_without_package() -> None:
    assert provenance(KINDS["n2p2"], Request("folder"), [])["configuration"]["package"] == "none"
