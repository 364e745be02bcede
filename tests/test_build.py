"""The guard against another torch than the one of the build."""

from __future__ import annotations

import importlib
import sys
import types
from importlib import metadata
from importlib.machinery import ModuleSpec

import pytest

import tumble.build
import tumble.lammps


@pytest.fixture
def built_with(monkeypatch: pytest.MonkeyPatch):
    def pretend(version: str) -> None:
        module = types.ModuleType("tumble._build")
        module.__spec__ = ModuleSpec("tumble._build", None)
        module.TORCH_VERSION = version
        monkeypatch.setitem(sys.modules, "tumble._build", module)

    return pretend


def test_same_release_whatever_the_device(built_with) -> None:
    built_with(metadata.version("torch").split("+")[0] + "+cu130")
    assert tumble.build.torch_mismatch() is None
    tumble.build.require_torch()


def test_another_release(built_with, capsys: pytest.CaptureFixture[str]) -> None:
    built_with("1.0.0")
    with pytest.raises(ImportError, match=r"torch 1\.0\.0, got torch 2\."):
        tumble.build.require_torch()
    with pytest.raises(ImportError, match="built with torch"):
        importlib.import_module("tumble").__getattr__("load")
    tumble.lammps.plugin_folder()
    assert "pair_style tumble isn't available: tumble was built with torch 1.0.0" in capsys.readouterr().err
