"""Sections of the configuration of a training: data, stages, loss and optimizer. Each checks its own ranges.

Units: Å, eV, eV/Å, minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tumble.errors import TrainingSettingError
from tumble.labels import DIPOLE_UNITS
from tumble.train.targets import BY_IMPORTANCE, TARGETS, Target


def require(name: str, value: object, holds: bool, expected: str) -> None:
    """Refuse a value that is out of range.

    Args:
        name: Key.
        value: Value.
        holds: Whether the value is valid.
        expected: Valid values, for the message.

    Raises:
        TrainingSettingError: If the value isn't valid.
    """
    if not holds:
        raise TrainingSettingError(f"`{name}`: expected {expected}, got {value}")


ROLES = ("train", "validate", "test")


@dataclass(frozen=True)
class DataConfig:
    """One file of frames.

    Attributes:
        path: File that ASE reads, such as extended XYZ (also ``.gz``), with labels.
        group: Key of a frame's info whose value names its group. All frames of a group are on the same side of the
            split. None makes each frame a group.
        validation: Least number of frames to hold out, in whole groups.
        test: Least number of further frames to hold out for the errors of the finished model alone.
        train: Largest number of frames to train on; a smaller number takes some of the frames of a larger one. None for
            all.
        role: ``train``; or ``validate`` or ``test`` to hold out all frames for that.
        weight: Weight of its frames in the loss, relative to frames of other sets.
        energy: Key of the energies, eV; None for what ASE reads as energy.
        forces: Key of the forces, eV/Å; None for what ASE reads as forces.
        dipole: Key of the dipoles: [N, 3] for those of the atoms, [3] for that of the structure, or its magnitude.
        dipole_unit: ``e*angstrom`` or ``debye``.
    """

    path: Path
    group: str | None = None
    validation: int = 0
    test: int = 0
    train: int | None = None
    role: str = "train"
    weight: float = 1.0
    energy: str | None = None
    forces: str | None = None
    dipole: str = "dipole"
    dipole_unit: str = "e*angstrom"

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            TrainingSettingError: If a value is impossible.
        """
        require("validation", self.validation, self.validation >= 0, "a number of frames of at least 0")
        require("test", self.test, self.test >= 0, "a number of frames of at least 0")
        require("train", self.train, self.train is None or self.train >= 1, "a number of frames of at least 1")
        require("role", self.role, self.role in ROLES, "train, validate or test")
        require("weight", self.weight, self.weight > 0.0, "a weight above 0")
        require("dipole_unit", self.dipole_unit, self.dipole_unit in DIPOLE_UNITS, " or ".join(DIPOLE_UNITS))
        for key in ("validation", "test", "train"):
            if self.role != "train" and getattr(self, key):
                raise TrainingSettingError(
                    f"`{key}`: expected no such key with `role` {self.role}, which holds out all, got "
                    f"{getattr(self, key)}"
                )

    @property
    def validates(self) -> bool:
        """Whether frames are held out for validation."""
        return self.role == "validate" or self.validation > 0

    @property
    def holds_out(self) -> bool:
        """Whether frames are held out for validation or a test."""
        return self.validates or self.role == "test" or self.test > 0


@dataclass(frozen=True)
class StageConfig:
    """One stage of training, with a length in either ``steps`` or ``minutes``.

    Attributes:
        name: Name in logs.
        data: Number of times that each set of data appears in one epoch, by its name in ``data``.
        learning_rate: Peak learning rate.
        steps: Number of optimizer steps; reproducible.
        minutes: Wall time. The learning rate then follows the clock, so the stage ends in time on any machine, but
            isn't reproducible.
        batch: Largest number of structures in a batch.
        batch_edges: Largest number of edges in a batch, with all copies; each epoch is then divided into batches by
            itself. None for no limit.
        warmup: Share of the stage in which the learning rate rises from zero.
        final: Learning rate at the end of the cosine decay, as a share of the peak.
        patience: Number of consecutive validations without a lower held-out error after which the stage ends.
            With it, a stage ends with the weights of its best validation. None for no such limit.
    """

    name: str
    data: dict[str, int]
    learning_rate: float
    steps: int | None = None
    minutes: float | None = None
    batch: int = 2
    batch_edges: int | None = None
    warmup: float = 0.02
    final: float = 0.01
    patience: int | None = None

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            TrainingSettingError: If a value is impossible.
        """
        if (self.steps is None) == (self.minutes is None):
            given = "neither" if self.steps is None else "both"
            raise TrainingSettingError(f"`steps`, `minutes`: expected exactly one of them, got {given}")
        if not self.data:
            raise TrainingSettingError("`data`: expected at least one set, got none")
        for name, repeats in self.data.items():
            require(f"data.{name}", repeats, repeats >= 1, "a number of repeats of at least 1")
        require("learning_rate", self.learning_rate, self.learning_rate > 0.0, "a number above 0")
        require("steps", self.steps, self.steps is None or self.steps >= 1, "at least 1")
        require("minutes", self.minutes, self.minutes is None or self.minutes > 0.0, "a time above 0")
        require("batch", self.batch, self.batch >= 1, "at least 1")
        require("batch_edges", self.batch_edges, self.batch_edges is None or self.batch_edges >= 1, "at least 1")
        require("patience", self.patience, self.patience is None or self.patience >= 1, "at least 1")
        require("warmup", self.warmup, 0.0 <= self.warmup < 1.0, "a share from 0 to below 1")
        require("final", self.final, 0.0 <= self.final <= 1.0, "a share from 0 to 1")


@dataclass(frozen=True)
class LossConfig:
    """Weights of the loss; see `tumble.train.loss`.

    Attributes:
        energy: Weight of the energies per atom.
        forces: Weight of the forces.
        dipole: Weight of the dipoles. A weight of 0 leaves a term out: its labels aren't needed.
        huber: Residual of a force component beyond which it counts linearly, eV/Å; None for plain squares.
        variance: Weight of the variance over rotations, relative to the weights of the errors; 0 for none.
        copies: Number of rotations of each structure for the variance; without `variance` there is one rotation.
    """

    energy: float = 0.1
    forces: float = 1.0
    dipole: float = 0.0
    huber: float | None = None
    variance: float = 0.0
    copies: int = 2

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            TrainingSettingError: If a value is impossible.
        """
        for target in TARGETS:
            require(target.name, self.weight(target), self.weight(target) >= 0.0, "a weight of at least 0")
        if not self.targets:
            raise TrainingSettingError(
                "`energy`, `forces`, `dipole`: expected a weight above 0 for one of them, got 0 for all"
            )
        require("huber", self.huber, self.huber is None or self.huber > 0.0, "a residual above 0, or no key")
        require("variance", self.variance, self.variance >= 0.0, "a weight of at least 0")
        least = 2 if self.variance > 0.0 else 1
        require("copies", self.copies, self.copies >= least, f"at least {least} with `variance` {self.variance:g}")

    def weight(self, target: Target) -> float:
        """Return the weight of a target."""
        weight: float = getattr(self, target.name)
        return weight

    @property
    def targets(self) -> tuple[Target, ...]:
        """What is trained: the terms with a weight."""
        return tuple(target for target in TARGETS if self.weight(target) > 0.0)

    @property
    def judged(self) -> Target:
        """The most important target, whose held-out error decides which of two models is better."""
        return next(target for target in BY_IMPORTANCE if target in self.targets)

    @property
    def rotations(self) -> int:
        """Number of rotations in which each structure of a batch appears."""
        return self.copies if self.variance > 0.0 else 1


@dataclass(frozen=True)
class OptimizerConfig:
    """Optimizer.

    Attributes:
        name: ``adamw``, or ``muon`` (Muon for matrices, AdamW for the rest).
        weight_decay: Decoupled weight decay.
        clip: Largest norm of the gradient.
        average: Decay of the exponential moving average of the weights, per step.
    """

    name: str = "adamw"
    weight_decay: float = 0.01
    clip: float = 1.0
    average: float = 0.999

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            TrainingSettingError: If a value is impossible.
        """
        require("name", self.name, self.name in ("adamw", "muon"), "adamw or muon")
        require("weight_decay", self.weight_decay, self.weight_decay >= 0.0, "at least 0")
        require("clip", self.clip, self.clip > 0.0, "a norm above 0")
        require("average", self.average, 0.0 <= self.average < 1.0, "a decay from 0 to below 1")
