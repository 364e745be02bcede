"""Whether the server can listen at its address, and drivers can find it."""

from __future__ import annotations

import errno
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from typing_extensions import override

from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, error, note, warning
from tumble.runs.ipi.forcefields import ForceField

_PREFIX = "/tmp/ipi_"
_LONGEST = 107  # bytes of the path of a Unix socket (unix(7))
_LOOPBACK = ("localhost", "127.0.0.1")
_PRIVILEGED = 1024
_LISTENING = 0x10000  # flag __SO_ACCEPTCON in /proc/net/unix (proc(5))


class Address(Check):
    """Look at addresses on this machine, without connecting to what is there."""

    name = "address"
    title = "address and mode"

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        sockets = [each for each in case.forcefields if each.has_socket]
        prefix = case.root.get("sockets_prefix", _PREFIX)
        if prefix != _PREFIX and (case.view.version or "").startswith("3.1."):
            yield warning(
                f"i-PI {case.view.version} ignores sockets_prefix: its sockets are `{_PREFIX}ADDRESS`",
                "i-PI 3.2 or later, or no sockets_prefix",
            )
            prefix = _PREFIX
        places = Counter(_place(each, prefix) for each in sockets)
        for place, count in places.items():
            if count > 1:
                yield error(f"{count} forcefields have the address {place}", "give each its own address")
        for each in sockets:
            yield from _unix(each, prefix) if each.word("mode") in ("unix", "shm") else _inet(each)


def _place(forcefield: ForceField, prefix: str) -> str:
    if forcefield.word("mode") in ("unix", "shm"):
        return prefix + forcefield.word("address")
    return f"{forcefield.word('address')}, port {forcefield.word('port')}"


def _unix(forcefield: ForceField, prefix: str) -> Iterator[Finding]:
    path = Path(prefix + forcefield.word("address"))
    length = len(str(path).encode())
    if length > _LONGEST:
        yield error(
            f"the path of the socket of `{forcefield.name}` has {length} bytes; {_LONGEST} are possible",
            "a shorter <address>, or a shorter sockets_prefix of <simulation>",
        )
    elif not path.parent.is_dir():
        yield error(
            f"the socket of `{forcefield.name}` is to be `{path}`, but there is no folder `{path.parent}`",
            "<address> takes a name, not a path; the folder is sockets_prefix of <simulation>",
        )
    elif path.exists():
        alive = _listens(path)
        state = {True: "another server listens there now", False: "a server left it behind", None: "it is in use"}[
            alive
        ]
        cure = "another <address>" if alive else f"`rm {path}` if no server uses it, or another <address>"
        yield error(f"i-PI won't start, since the socket `{path}` of `{forcefield.name}` exists: {state}", cure)
    if "port" in forcefield.given:
        mode = forcefield.word("mode")
        yield note(f"`port` of `{forcefield.name}` is ignored with mode='{mode}'", "remove it, or write mode='inet'")
    if forcefield.word("mode") == "shm":
        yield note(
            f"`{forcefield.name}` exchanges numbers through shared memory (mode='shm'): it has one driver, with one "
            "connection, on the same machine and of the same user",
            f"`--shm {forcefield.word('address')}` of the driver, in place of `--unix`; <batch_size> for several beads",
        )


def _listens(path: Path) -> bool | None:
    """Return whether a process listens at a Unix socket, without connecting to it; None if the system doesn't say."""
    try:
        rows = Path("/proc/net/unix").read_text(errors="replace").splitlines()[1:]
    except OSError:
        return None
    fields = [row.split(None, 7) for row in rows]
    return any(len(row) == 8 and row[7] == str(path) and int(row[3], 16) & _LISTENING for row in fields)


def _inet(forcefield: ForceField) -> Iterator[Finding]:
    host, port = forcefield.word("address"), forcefield.integer("port")
    if "mode" not in forcefield.given:
        yield warning(
            f"`{forcefield.name}` has no mode, so i-PI listens at {host}, port {port}",
            "mode='unix' for drivers on the same machine, or mode='inet' if this is meant",
        )
    if "port" not in forcefield.given:
        yield warning(f"`{forcefield.name}` has no port, so i-PI takes {port}", "<port> a number of its own </port>")
    if not 1 <= port <= 65535:
        yield error(f"`port` of `{forcefield.name}`: expected 1 to 65535, got {port}", "<port> 31415 </port>")
        return
    if port < _PRIVILEGED:
        yield warning(f"port {port} of `{forcefield.name}` is for system programs", "<port> 31415 </port>")
    if host in _LOOPBACK:
        yield note(
            f"`{forcefield.name}` listens at {host}: drivers on other machines can't connect",
            "<address> the name of this machine, or 0.0.0.0 for all of its names </address>; or mode='unix', which is "
            "faster",
        )
    yield from _bound(forcefield, host, port)


def _bound(forcefield: ForceField, host: str, port: int) -> Iterator[Finding]:
    """Bind as i-PI does, and give the port back at once."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((host, port))
        except socket.gaierror:
            yield warning(
                f"`address` of `{forcefield.name}`: this machine doesn't know the name `{host}`",
                "the name of the machine of i-PI (for a socket on one machine also mode='unix')",
            )
        except OSError as failure:
            if failure.errno == errno.EADDRINUSE:
                yield error(
                    f"port {port} of `{forcefield.name}` is in use on this machine", "<port> another one </port>"
                )
            elif failure.errno == errno.EADDRNOTAVAIL:
                yield warning(
                    f"`address` of `{forcefield.name}`: `{host}` is another machine; i-PI must start there",
                    "the name of the machine of i-PI, or 0.0.0.0",
                )
