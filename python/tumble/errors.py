"""Every error that Tumble raises on purpose.

All derive from `TumbleError`. The compiled core raises most of them; the ones defined here concern what only
Python does, and `tumble.demo` has one of its own with its code. The command line
prints them without a traceback.
"""

from __future__ import annotations

from tumble._core import (
    ConfigurationError,
    DeviceError,
    EvaluationError,
    MetadataError,
    ModelFileError,
    ProtocolError,
    ReferenceMismatch,
    ServerConnectionError,
    StructureError,
    TumbleError,
)

__all__ = [
    "CheckpointError",
    "ConfigurationError",
    "DeviceError",
    "EvaluationError",
    "ExportError",
    "FramesError",
    "MetadataError",
    "ModelFileError",
    "ModelNotFoundError",
    "ProtocolError",
    "ReferenceMismatch",
    "ServerConnectionError",
    "SettingError",
    "StructureError",
    "TrainingError",
    "TrajectoryError",
    "TumbleError",
]


class ModelNotFoundError(ModelFileError):
    """Neither a file nor a known model has this name."""


class ExportError(TumbleError):
    """A network can't become a model file: it isn't scriptable or breaks the contract of `forward`."""


class CheckpointError(TumbleError):
    """A training result can't be read."""


class FramesError(TumbleError):
    """A file of structures can't be read, is empty, or lacks or spoils what is asked for."""


class TrainingError(TumbleError):
    """A training can't start or go on: a bad configuration, unusable data, or a foreign checkpoint."""


class TrajectoryError(TumbleError):
    """A trajectory can't be read, or can't answer what is asked of it."""


class SettingError(ConfigurationError, TrajectoryError):
    """A choice of how to analyze can't be, at all or with this trajectory.

    Args:
        setting: Its name, as in `tumble.observables.base.settings.Settings` where it is one of those.
        text: What was expected, and what was given.

    Attributes:
        setting: Its name.
        exit_status: Of the command line, which was wrong.
    """

    exit_status = 2

    def __init__(self, setting: str, text: str) -> None:
        super().__init__(setting, text)
        self.setting = setting

    def __str__(self) -> str:
        """Return the name of the setting, and the text."""
        return f"`{self.setting}`: {self.args[1]}"
