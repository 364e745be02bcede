"""Addresses on this machine."""

from __future__ import annotations

import socket
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from support.ipi_inputs import SOCKET, WATER, findings, view_of

from tumble.ipi_check.checks.address import Address
from tumble.ipi_check.finding import Level

BAD = (Level.ERROR, Level.WARNING)


def unix(address: str, mode: str = "unix") -> tuple[str, str]:
    return SOCKET, f"<ffsocket name='tumble' mode='{mode}'> <address> {address} </address> </ffsocket>"


def inet(host: str, port: int | None) -> tuple[str, str]:
    words = "" if port is None else f"<port> {port} </port>"
    return SOCKET, f"<ffsocket name='tumble' mode='inet'> <address> {host} </address> {words} </ffsocket>"


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def test_sound(case_of) -> None:
    assert findings(Address, case_of()) == []
    found = findings(Address, case_of(inet("127.0.0.1", free_port())))
    assert [each.level for each in found] == [Level.NOTE]
    assert "drivers on other machines" in found[0].text


def test_a_server_that_listens(case_of) -> None:
    name = f"check-{uuid.uuid4().hex[:12]}"
    path = Path(f"/tmp/ipi_{name}")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        try:
            (found,) = findings(Address, case_of(unix(name)), *BAD)
            assert ("another server listens" in found.text, found.cure) == (True, "another <address>")
            server.setblocking(False)
            with pytest.raises(BlockingIOError):
                server.accept()  # it wasn't disturbed
        finally:
            path.unlink()


def test_a_file_that_a_server_left(case_of) -> None:
    name = f"check-{uuid.uuid4().hex[:12]}"
    path = Path(f"/tmp/ipi_{name}")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
    try:
        (found,) = findings(Address, case_of(unix(name)), *BAD)
        assert ("left it behind" in found.text, f"`rm {path}`" in found.cure) == (True, True)
    finally:
        path.unlink()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (unix("a" * 99), "has 108 bytes; 107 are possible"),
        (unix("nowhere/socket"), "no folder `/tmp/ipi_nowhere`"),
        (inet("127.0.0.1", 70000), "1 to 65535, got 70000"),
        (inet("127.0.0.1", 80), "port 80"),
        (inet("127.0.0.1", None), "has no port"),
        (inet("no-such-host.invalid", 31415), "doesn't know the name `no-such-host.invalid`"),
        (inet("192.0.2.1", 31415), "`192.0.2.1` is another machine"),
        ((" mode='unix'", ""), "has no mode"),
        (
            (SOCKET, SOCKET.replace("ADDRESS", "same") + SOCKET.replace("ADDRESS", "same")),
            "2 forcefields have the address",
        ),
    ],
)
def test_faults(case_of, change: tuple[str, str], text: str) -> None:
    assert any(text in each.text for each in findings(Address, case_of(change), *BAD))


def test_the_longest_path(case_of) -> None:
    assert findings(Address, case_of(unix("a" * 98)), *BAD) == []


def test_a_port_in_use(case_of) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        (found,) = findings(Address, case_of(inet("127.0.0.1", server.getsockname()[1])), *BAD)
    assert (found.level, "is in use" in found.text) == (Level.ERROR, True)


def test_shared_memory_is_for_one_machine(case_of) -> None:
    (found,) = findings(Address, case_of(("mode='unix'", "mode='shm'")))
    assert (found.level, "same machine" in found.text, "`--shm check-" in found.cure) == (Level.NOTE, True, True)


def test_a_prefix(case_of, tmp_path) -> None:
    short = ("<simulation ", f"<simulation sockets_prefix='{tmp_path}/s_' ")
    found = findings(Address, case_of(short, unix("x")), *BAD)
    too_long = len(f"{tmp_path}/s_x") > 107
    assert bool(found) == too_long


def test_a_prefix_that_old_servers_ignore(case_of, tmp_path) -> None:
    prefix = ("<simulation ", f"<simulation sockets_prefix='{tmp_path}/s_' ")
    view = replace(view_of(WATER), version="3.1.5")
    (found,) = findings(Address, case_of(prefix, unix("x"), view=view), *BAD)
    assert (found.level, "3.1.5 ignores sockets_prefix" in found.text) == (Level.WARNING, True)
