"""The operators of model files as a library of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import tumble

LIBRARY = Path(tumble.__file__).parent / "lib" / "libtumble_operators.so"
CODE = """
import sys, torch
torch.ops.load_library(sys.argv[1])
qkv = torch.zeros(1, 6, dtype=torch.float64)
qkv[0, 4:] = torch.tensor([3.0, 5.0])
mixed = torch.ops.tumble.attention(qkv, torch.zeros(0, dtype=torch.float64), torch.tensor([0, 0]), 1)
maps = open("/proc/self/maps").read()
print(mixed.tolist(), "libtumble.so" in maps, "libvesin" in maps)
"""


def test_they_are_loaded_without_the_core() -> None:
    """An atom without neighbors attends to itself alone, so what comes out is its own value."""
    command = [sys.executable, "-c", CODE, str(LIBRARY)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=240)
    assert done.stdout == "[[3.0, 5.0]] False False\n"
