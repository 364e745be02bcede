from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import tumble
from tumble.convert.kinds import KINDS, Kind, find_kind, load_converter
from tumble.errors import ConfigurationError


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_has_its_module(kind: Kind) -> None:
    assert KINDS[kind.name] is kind
    folder = Path(tumble.__file__).parent / "convert"
    assert (folder / f"{kind.name}.py").is_file() or (folder / kind.name / "__init__.py").is_file()
    assert kind.package is None or "==" in kind.requirement


def test_an_unknown_kind_has_a_hint() -> None:
    assert find_kind("sevennet") is KINDS["sevennet"]
    with pytest.raises(ConfigurationError, match=r"`kind`: .*`sevenet`; did you mean `sevennet`\?"):
        find_kind("sevenet")


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.package], ids=lambda kind: kind.name)
def test_a_missing_package_is_named_with_its_version(monkeypatch: pytest.MonkeyPatch, kind: Kind) -> None:
    monkeypatch.delitem(sys.modules, f"tumble.convert.{kind.name}", raising=False)
    for module in [name for name in sys.modules if name.startswith(f"{kind.package}.")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, str(kind.package), None)
    with pytest.raises(ConfigurationError, match=rf"`{kind.name}`: .*`{kind.package}`.*pip install {kind.requirement}"):
        load_converter(kind)


def test_the_table_loads_nothing_heavy() -> None:
    """Each `tumble --help` imports it."""
    code = "import sys, tumble.convert.kinds; sys.exit(bool({'torch', 'ase', 'numpy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], timeout=240).returncode == 0
