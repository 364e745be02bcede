"""Finding models by name."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import tumble
from tumble import _core
from tumble.errors import ModelFileError, ModelNotFoundError
from tumble.registry import find_model, list_models


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Two folders in $TUMBLE_MODELS, of which the first has `near` and the second `near` and `far`."""
    for name in ("first/near.pt", "second/near.pt", "second/far.pt", "second/notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    monkeypatch.setenv(
        "TUMBLE_MODELS",
        os.pathsep.join([str(tmp_path / "first"), "", str(tmp_path / "second"), str(tmp_path / "no")]),
    )
    return tmp_path


def test_a_path_is_itself(folders, monkeypatch):
    assert find_model(folders / "second" / "notes.txt") == folders / "second" / "notes.txt"
    monkeypatch.chdir(folders / "second")
    assert find_model("near.pt") == Path("near.pt")  # before $TUMBLE_MODELS


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("near", "first/near.pt"),
        ("near.pt", "first/near.pt"),
        ("far", "second/far.pt"),
        ("notes.txt", "second/notes.txt"),
    ],
)
def test_names(folders, name, file):
    assert find_model(name) == folders / file


def test_list(folders):
    found = list(list_models())
    assert found[:2] == [folders / "first/near.pt", folders / "second/far.pt"]
    assert all(Path(_core.model_folders()[-1]) == path.parent for path in found[2:])


def test_folders(folders):
    """The package's own is the last."""
    assert _core.model_folders()[:3] == [str(folders / name) for name in ("first", "second", "no")]
    assert Path(_core.model_folders()[3]) == Path(tumble.__path__[0]) / "share" / "models"


def test_no_such_model(folders):
    with pytest.raises(ModelNotFoundError, match=r"model `neer`: .*first, .*second.*`near`\?"):
        find_model("neer")
    with pytest.raises(ModelFileError, match="known models: near, far"):
        find_model("something else")
    with pytest.raises(ModelNotFoundError, match="expected a file"):
        find_model(folders)  # a folder


def test_load_by_name(folders, model_file):
    shutil.copy(model_file("pair"), folders / "second" / "morse.pt")
    assert tumble.load("morse", "cpu").metadata.name == "pair"
