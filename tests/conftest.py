"""Fixtures that all folders may use, cores of parallel tests, and signals as in a terminal."""

from __future__ import annotations

import os
import signal

pytest_plugins = ["support.engine_runs", "support.exported_toys", "support.toy_kind", "support.two_processes"]

# A worker of pytest-xdist has one core. OpenMP reads this when torch is imported, in programs that tests start, too.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# Ranks of MPICH that wait for each other let others run: there are more of them than cores.
os.environ.setdefault("MPIR_CVAR_ENABLE_HEAVY_YIELD", "1")

# A shell that starts the tests in the background has SIGINT ignored, also in the programs that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
