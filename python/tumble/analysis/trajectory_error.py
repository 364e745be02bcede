"""The error of everything that reads or analyses trajectories."""

from tumble.errors import TumbleError


class TrajectoryError(TumbleError):
    """A trajectory can't be read, or can't answer what is asked of it."""
