"""How much memory a process holds, to see that it doesn't grow."""

from __future__ import annotations

import ctypes
from pathlib import Path


class _Mallinfo2(ctypes.Structure):
    """glibc's struct of that name."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    ]


def in_use() -> int:
    """Bytes that this process has allocated and not freed, by glibc's own books; freed blocks that it caches count."""
    libc = ctypes.CDLL(None)
    libc.mallinfo2.restype = _Mallinfo2
    info = libc.mallinfo2()
    return int(info.uordblks + info.hblkhd)


def resident() -> int:
    """Bytes of this process in main memory, less those of files."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("RssAnon:"))
    return int(line.split()[1]) * 1024
