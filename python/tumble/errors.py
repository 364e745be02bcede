"""All errors that Tumble raises on purpose.

They derive from `TumbleError`. The compiled core defines most of them; the others belong to parts in Python, and
`tumble.demo` defines its own. The command line prints them without a traceback.

The analysis of runs knows three kinds: a wrong choice of the user (`ConfigurationError`, and `SettingError`, which
names a setting), an unreadable or impossible file (`TrajectoryError`), and a run that doesn't allow an observable
(`NotApplicableError`).
"""

from __future__ import annotations

from typing_extensions import override

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
    "CalculatorError",
    "CheckpointError",
    "ConfigurationError",
    "ConversionError",
    "DeviceError",
    "EvaluationError",
    "ExportError",
    "FramesError",
    "LaunchError",
    "MetadataError",
    "ModelFileError",
    "ModelNotFoundError",
    "NotApplicableError",
    "ProtocolError",
    "ReferenceMismatch",
    "ServerConnectionError",
    "SettingError",
    "StructureError",
    "TrainingError",
    "TrainingSettingError",
    "TrajectoryError",
    "TumbleError",
]


class ModelNotFoundError(ModelFileError):
    """Neither a file nor a known model has this name."""


class ExportError(TumbleError):
    """A network can't be exported: it isn't scriptable or breaks the contract of `forward`."""


class ConversionError(TumbleError):
    """A model of another package can't be converted, or the result gives other numbers than the package."""


class CalculatorError(TumbleError):
    """A calculator of another package can't be made, or fails for a structure."""


class CheckpointError(TumbleError):
    """A training result can't be read."""


class FramesError(TumbleError):
    """A file of structures can't be read, is empty, or lacks required values."""


class LaunchError(TumbleError):
    """A program can't be started, or has failed; the message ends with the last lines of its log."""


class TrainingError(TumbleError):
    """A training can't start or continue: a bad configuration, unusable data, or a foreign checkpoint."""


class TrainingSettingError(TrainingError, ConfigurationError):
    """A key or a value in the configuration of a training is wrong, in general or for its data and its model."""


class SettingError(ConfigurationError):
    """A setting of an analysis is invalid, in general or for this run.

    Args:
        setting: Name of the setting; a field of `tumble.observables.base.settings.Settings` if there is one.
        text: Expected and given value.

    Attributes:
        setting: Name of the setting.
    """

    def __init__(self, setting: str, text: str) -> None:
        super().__init__(setting, text)
        self.setting = setting

    @override
    def __str__(self) -> str:
        return f"`{self.setting}`: {self.args[1]}"


class TrajectoryError(TumbleError):
    """A file of a run is unreadable, damaged or impossible; the message names the file and the frame."""


class NotApplicableError(TumbleError):
    """A run doesn't allow an observable, or a potential a check: something is missing or undefined."""
