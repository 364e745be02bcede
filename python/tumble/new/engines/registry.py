"""The engines of `tumble new`, by name."""

from __future__ import annotations

from tumble.new.engines.engine import Engine
from tumble.new.engines.ipi import Ipi
from tumble.new.engines.lammps import Lammps

ENGINES: dict[str, Engine] = {engine.name: engine for engine in (Ipi(), Lammps())}
