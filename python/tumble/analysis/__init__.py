"""Analysis of trajectories, built on MDAnalysis.

    beads = open_beads("simulation.pos_*.xyz", timestep=0.0005)      # one Universe per bead of an i-PI run
    result = radial_distribution(beads, ("O", "O"))                  # averaged over beads, errors from blocks

Importing this package registers the reader of i-PI's xyz files with MDAnalysis (format `IPIXYZ`). Lengths are
in Å and times in ps, as everywhere in MDAnalysis.
"""

from tumble.analysis.blocks import Average, Slope, block_average, block_rms, block_slope
from tumble.analysis.ipi_xyz import IPIXYZReader, open_beads
from tumble.analysis.lammps_dump import open_dump
from tumble.analysis.molecules import Break, Wholeness, watch_molecules
from tumble.analysis.rdf import RadialDistribution, radial_distribution
from tumble.analysis.trajectory_error import TrajectoryError

__all__ = [
    "Average",
    "Break",
    "IPIXYZReader",
    "RadialDistribution",
    "Slope",
    "TrajectoryError",
    "Wholeness",
    "block_average",
    "block_rms",
    "block_slope",
    "open_beads",
    "open_dump",
    "radial_distribution",
    "watch_molecules",
]
