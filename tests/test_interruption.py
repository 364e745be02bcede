"""Signals that end a process, in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from tumble.interruption import SIGNALS, Terminated, signals_interrupt

ORDERLY = """
import time
from tumble.interruption import Terminated, signals_interrupt
try:
    with signals_interrupt():
        print("ready", flush=True)
        time.sleep(600)
except KeyboardInterrupt as ending:
    print(type(ending).__name__, ending)
    raise SystemExit(ending.status)
"""


def start(code: str, *before: str) -> subprocess.Popen[str]:
    process = subprocess.Popen([*before, sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_signal_becomes_an_exception_and_a_status(number: signal.Signals) -> None:
    process = start(ORDERLY)
    process.send_signal(number)
    assert process.communicate(timeout=240)[0] == f"Terminated ended by {number.name}\n"
    assert process.returncode == 128 + number


def test_nohup_is_respected() -> None:
    process = start(ORDERLY, "nohup")
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=240)[0] == "Terminated ended by SIGTERM\n"


def test_forked_child_ends_by_the_signal_itself() -> None:
    with signals_interrupt():
        here, there = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.write(there, b"1")  # Python forgets signals that come before it is awake here
                while True:
                    time.sleep(0.02)
            finally:
                os._exit(1)  # reached only with an exception
        os.read(here, 1)
        os.kill(child, signal.SIGTERM)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGTERM


def test_handlers_are_given_back_and_own_ones_are_kept() -> None:
    seen: list[int] = []
    signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(number))
    try:
        with signals_interrupt():
            os.kill(os.getpid(), signal.SIGUSR1)
            with pytest.raises(Terminated, match="SIGHUP"), signals_interrupt():
                os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    finally:
        signal.signal(signal.SIGUSR1, signal.SIG_DFL)
    assert seen == [signal.SIGUSR1]
    assert all(signal.getsignal(number) is signal.SIG_DFL for number in SIGNALS)


def test_another_thread_can_serve_without_handlers() -> None:
    found: list[object] = []

    def look() -> None:
        with signals_interrupt():
            found.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [signal.SIG_DFL]
