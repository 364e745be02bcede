"""The bar of a pass over frames."""

from __future__ import annotations

import pytest

from tumble.observables.base.progress import progress_bar


def test_one_bar_with_the_share_that_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("analyzing water") as progress:
        for done in range(0, 1001, 8):
            progress(done, 1000)
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.startswith("\ranalyzing water: 0 %")
    assert written.err.endswith("\r")  # the bar is wiped out
    assert "\n" not in written.err


def test_nothing_where_it_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("analyzing water", shown=False) as progress:
        progress(1, 2)
    assert capsys.readouterr() == ("", "")
