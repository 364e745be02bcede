"""`tumble new`: its help, which doesn't import the tables that it lists."""

from __future__ import annotations

import pytest
from support.command_line import run

from tumble.new.ensembles import ENSEMBLES
from tumble.new.systems.registry import SYSTEMS


def test_help_names_systems_and_ensembles(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(capsys, "new", "--help")
    words = capsys.readouterr().out.replace(",", " ").split()
    assert {kind.usage for kind in SYSTEMS.values() if kind.name not in ("file", "start")} < set(words)
    assert set(ENSEMBLES) < set(words)
