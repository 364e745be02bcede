from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tumble.convert.source_file import read_source, unpickled
from tumble.errors import ConversionError


def test_what_torch_has_written(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    torch.save({"cutoff": 4.0, "types": {1, 8}}, path)
    assert read_source(path, "a model", unpickled) == {"cutoff": 4.0, "types": {1, 8}}


def test_no_file(tmp_path: Path) -> None:
    for path in (tmp_path / "gone", tmp_path):
        with pytest.raises(ConversionError, match=rf"`source`: expected a model, got `{path}`, which isn't a file"):
            read_source(path, "a model", unpickled)


@pytest.mark.parametrize("content", [b"", b"no model\n", b"PK\x03\x04"])
def test_a_file_of_another_kind(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "text.model"
    path.write_bytes(content)
    with pytest.raises(ConversionError, match=rf"`source`: expected a model, got `{path}`, which fails: ."):
        read_source(path, "a model", unpickled)


def test_the_reasons_of_a_kind_come_first(tmp_path: Path) -> None:
    def refuse(path: Path) -> Any:
        raise ConversionError("`long_range`: expected a model without it")

    path = tmp_path / "model.pt"
    path.touch()
    with pytest.raises(ConversionError, match=r"^`long_range`: expected a model without it$"):
        read_source(path, "a model", refuse)
