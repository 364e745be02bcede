"""Type aliases for the whole analysis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Numbers in double precision, of any shape.
Array = NDArray[np.float64]
