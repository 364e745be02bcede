"""How one start of a simulation ended, and what was measured until then."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from tumble.launch.reading import Reading


class End(Enum):
    """How the programs ended."""

    DONE = "done"
    STOPPED = "stopped"  # by the user
    FAILED = "failed"
    STUCK = "stuck"  # to be continued from the last checkpoint


@dataclass
class Report:
    """What happened.

    Attributes:
        end: How the programs ended.
        reading: Last values in the outputs.
        seconds: Time from the first logged step to the last, s.
        steps: Number of steps in that time.
        reason: Why it failed; empty otherwise.
        physics: Whether the physics failed, rather than a program.
        events: Sentences about drivers that were restarted.
        idle: Number of cores that nothing used when it was last looked at.
        cpu: Time that each program computed, s, by its name.
    """

    end: End
    reading: Reading = field(default_factory=Reading)
    seconds: float = 0.0
    steps: int = 0
    reason: str = ""
    physics: bool = False
    events: list[str] = field(default_factory=list)
    idle: int = 0
    cpu: dict[str, float] = field(default_factory=dict)
