"""Numbers of threads of evaluations that overlap, in a process of their own: one of them never ends."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from support.broken_models import NeverEnds
from support.model_files import with_other_network

#: A small evaluation holds torch to one thread, while another thread, which is new to torch, evaluates.
OVERLAP = """
import os, re, sys, threading, torch, tumble
from ase.build import molecule
from tumble.structures import to_graph
torch.set_num_threads(3)
endless, quick = (tumble.load(path, "cpu", check=False) for path in sys.argv[1:])
graph = to_graph([molecule("H2O")], quick.metadata.species, quick.metadata.cutoff)
started, there = os.pipe()
out = os.dup(1)
os.dup2(there, 1)  # where TorchScript prints
threading.Thread(target=lambda: endless.evaluate(graph), daemon=True).start()
assert os.read(started, 5) == b"never"
found = []

def look():
    quick.evaluate(graph)
    mkl = re.search(r"mkl_get_max_threads\\(\\) : (\\d+)", torch.__config__.parallel_info())
    found.extend([torch.get_num_threads(), int(mkl[1]) if mkl else 3])

thread = threading.Thread(target=look)
thread.start()
thread.join()
os.write(out, repr(found).encode())
os._exit(0)
"""


def test_a_thread_does_not_keep_the_limit_of_another(tmp_path: Path, model_file: Callable[[str], Path]) -> None:
    endless = with_other_network(model_file("pair"), tmp_path / "endless.pt", NeverEnds())
    # Unbuffered, as what TorchScript prints would otherwise never come.
    command = [sys.executable, "-u", "-c", OVERLAP, str(endless), str(model_file("pair"))]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[3, 3]"
