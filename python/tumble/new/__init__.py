"""`tumble new`: a folder with all files of a simulation, ready to run.

A *system* (`tumble.new.systems`) makes the structure, an *ensemble* (`tumble.new.ensembles`) says what is kept
constant, and a *setup* (`tumble.new.setup`) combines the two with model, rotations and lengths. An *engine*
(`tumble.new.engines`) has a writer, which fills the templates in `templates/`. The inputs of the repository, `inputs/`,
are made from the same templates.
"""

from tumble.new.folder import Written, write_folder
from tumble.new.request import Request

__all__ = ["Request", "Written", "write_folder"]
