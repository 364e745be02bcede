"""All errors that Tumble raises on purpose.

They derive from `TumbleError`. The compiled core defines most of them; the others belong to parts in Python, and
`tumble.demo` defines its own. The command line prints them without a traceback.
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
    """A network can't be exported: it isn't scriptable or breaks the contract of `forward`."""


class CheckpointError(TumbleError):
    """A training result can't be read."""


class FramesError(TumbleError):
    """A file of structures can't be read, is empty, or lacks required values."""


class TrainingError(TumbleError):
    """A training can't start or continue: a bad configuration, unusable data, or a foreign checkpoint."""


class TrajectoryError(TumbleError):
    """A trajectory can't be read, or isn't suitable for an analysis."""


class SettingError(ConfigurationError, TrajectoryError):
    """A setting of an analysis is invalid, in general or for this trajectory.

    Args:
        setting: Its name, if possible that in `tumble.observables.base.settings.Settings`.
        text: Expected and given value.

    Attributes:
        setting: Name of the setting.
        exit_status: Exit status of the command line.
    """

    exit_status = 2

    def __init__(self, setting: str, text: str) -> None:
        super().__init__(setting, text)
        self.setting = setting

    def __str__(self) -> str:
        """Return the name of the setting and the text."""
        return f"`{self.setting}`: {self.args[1]}"
