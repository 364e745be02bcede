from __future__ import annotations

import logging
import sys
import warnings

import pytest

from tumble.convert.silence import silenced


def test_what_packages_print_is_dropped(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    with silenced():
        print("welcome")
        warnings.warn("old", stacklevel=1)  # an error in these tests, if it weren't silenced
        logging.getLogger("package").warning("slow")
        logging.getLogger("package").error("broken")
        print("trouble", file=sys.stderr)
    assert capsys.readouterr() == ("", "trouble\n")
    assert caplog.messages == ["broken"]


def test_errors_pass_and_everything_is_as_before(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ValueError, match="wrong"), silenced():
        raise ValueError("wrong")
    print("result")
    logging.getLogger("package").warning("slow")
    with pytest.warns(UserWarning, match="old"):
        warnings.warn("old", stacklevel=1)
    assert capsys.readouterr().out == "result\n"
    assert caplog.messages == ["slow"]
