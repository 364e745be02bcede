"""A client of i-PI that answers with zeros at once: what is left is i-PI's own time for a step.

python benchmarks/ipi_floor.py NAME        # of the Unix domain socket /tmp/ipi_NAME; batches are answered as such
"""

from __future__ import annotations

import re
import socket
import struct
import sys

HEADER = 12  # bytes


def serve(path: str) -> None:
    """Answer until the server ends or sends EXIT."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)

        def receive(count: int) -> bytes:
            data = connection.recv(count, socket.MSG_WAITALL)
            if len(data) < count:
                raise ConnectionError("the server is gone")
            return data

        status, batch, answer = b"NEEDINIT", 1, b""
        while (request := receive(HEADER).strip()) != b"EXIT":
            if request == b"STATUS":
                connection.sendall(status.ljust(HEADER))
            elif request == b"INIT":
                _, length = struct.unpack("ii", receive(8))
                found = re.search(rb"batch_size *: *(\d+)", receive(length))
                status, batch = b"READY", int(found[1]) if found else 1
            elif request == b"POSDATA":
                # one structure: h, inverse, number of atoms, positions; several: number of atoms first
                data = receive(144 * batch + 4)
                (atoms,) = struct.unpack("i", data[:4] if batch > 1 else data[-4:])
                receive(24 * atoms * batch)
                zeros = bytes(8 * batch) + struct.pack("i", atoms) + bytes((24 * atoms + 72) * batch)
                answer = b"FORCEREADY".ljust(HEADER) + zeros + struct.pack("i", 0) * batch
                status = b"HAVEDATA"
            elif request == b"GETFORCE":
                connection.sendall(answer)
                status = b"READY"


if __name__ == "__main__":
    try:
        serve(f"/tmp/ipi_{sys.argv[1]}")
    except ConnectionError as error:
        sys.exit(str(error))
