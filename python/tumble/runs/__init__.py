"""Simulations in folders: settings, trajectory files and logs, in one form for all engines.

run = open_run("water-nvt")              # a folder of LAMMPS or i-PI
universe = run.universe()                # its trajectory, all beads
run.log["temperature"]                   # in K, at run.time (ps)
"""

from tumble.runs.find import open_run
from tumble.runs.run import Run, Trajectory

__all__ = ["Run", "Trajectory", "open_run"]
