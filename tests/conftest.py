"""Fixtures that all folders may use, and signals as in a terminal."""

from __future__ import annotations

import signal

pytest_plugins = ["support.engine_runs", "support.exported_toys", "support.toy_kind"]

# A shell that starts the tests in the background has SIGINT ignored, also in the programs that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
