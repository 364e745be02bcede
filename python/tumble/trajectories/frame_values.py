"""Values that belong to each frame of a trajectory in addition to positions, such as charges and dipoles.

A user gives them as one of these:

- an array with the frames first;
- the name of an entry of `ts.data`, or of its `arrays` or `info`, where readers put further columns and values (that of
  MDAnalysis for LAMMPS dumps with `additional_columns`, that of extended xyz in `tumble.trajectories.ase_xyz`);
- a tuple of such names, one for each component;
- a function of the MDAnalysis time step; for the back end `multiprocessing`, a function of a module, not a lambda.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tumble.errors import ConfigurationError, TrajectoryError
from tumble.types import Array

#: One of the forms that the module's docstring lists; NumPy has no narrower type for array-likes.
FrameSource = Any


class FrameValues:
    """Values of each frame.

    Args:
        argument: Name of the argument, for errors.
        source: The values, in one of the forms that the module's docstring lists.
    """

    def __init__(self, argument: str, source: FrameSource) -> None:
        self._argument = argument
        self._names: tuple[str, ...] = ()
        self._function: Callable[[Any], Any] | None = None
        self._array: Array | None = None
        if isinstance(source, str):
            self._names = (source,)
        elif callable(source):
            self._function = source
        elif isinstance(source, tuple) and all(isinstance(name, str) for name in source):
            self._names = source
        else:
            self._array = np.asarray(source, dtype=np.float64)

    def at(self, ts: Any) -> Array:
        """Return the values of a frame.

        Raises:
            TrajectoryError: If the frame has none, or they aren't finite.
        """
        values = np.asarray(self._find(ts), dtype=np.float64)
        if not np.all(np.isfinite(values)):
            raise TrajectoryError(f"`{self._argument}`: expected finite numbers, got NaN or inf")
        return values

    def _find(self, ts: Any) -> Any:
        if self._function is not None:
            return self._function(ts)
        if self._array is not None:
            if ts.frame >= len(self._array):
                raise ConfigurationError(
                    f"`{self._argument}`: expected values of each frame, got {len(self._array)} for frame {ts.frame}"
                )
            return self._array[ts.frame]
        entries = {**ts.data.get("info", {}), **ts.data.get("arrays", {}), **ts.data}
        missing = [name for name in self._names if name not in entries]
        if missing:
            raise ConfigurationError(
                f"`{self._argument}`: expected `{missing[0]}` in each frame, got {', '.join(map(str, entries))}; "
                "readers of MDAnalysis take such columns with `additional_columns`"
            )
        columns = [entries[name] for name in self._names]
        return columns[0] if len(columns) == 1 else np.stack(columns, axis=-1)
