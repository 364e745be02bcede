"""The checks, in the order of the page."""

from __future__ import annotations

from tumble.ipi_check.check import Check
from tumble.ipi_check.checks.address import Address
from tumble.ipi_check.checks.barostats import Barostats
from tumble.ipi_check.checks.batches import Batches
from tumble.ipi_check.checks.beads import Beads
from tumble.ipi_check.checks.constraints import Constraints
from tumble.ipi_check.checks.disconnects import Disconnects
from tumble.ipi_check.checks.disk import Disk
from tumble.ipi_check.checks.elements import Elements
from tumble.ipi_check.checks.extras import Extras
from tumble.ipi_check.checks.forcefields import ForceFields
from tumble.ipi_check.checks.geometry import Geometry
from tumble.ipi_check.checks.levels import Levels
from tumble.ipi_check.checks.masses import Masses
from tumble.ipi_check.checks.motion import Motion
from tumble.ipi_check.checks.periodic import Periodic
from tumble.ipi_check.checks.properties import Properties
from tumble.ipi_check.checks.random_frames import RandomFrames
from tumble.ipi_check.checks.reading import Reading
from tumble.ipi_check.checks.restarts import Restarts
from tumble.ipi_check.checks.rotations import Rotations
from tumble.ipi_check.checks.start import Start
from tumble.ipi_check.checks.thermostats import Thermostats
from tumble.ipi_check.checks.timestep import TimeStep
from tumble.ipi_check.checks.timing import Timing
from tumble.ipi_check.checks.trajectories import Trajectories

CHECKS: tuple[type[Check], ...] = (
    Reading,
    ForceFields,
    Elements,
    Masses,
    Geometry,
    Periodic,
    Address,
    Timing,
    Batches,
    Disconnects,
    Motion,
    Beads,
    TimeStep,
    Levels,
    Thermostats,
    RandomFrames,
    Barostats,
    Constraints,
    Rotations,
    Start,
    Trajectories,
    Properties,
    Extras,
    Disk,
    Restarts,
)
