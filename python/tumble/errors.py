"""Every error that Tumble raises on purpose.

All derive from `TumbleError`. The compiled core raises most of them; the ones defined here concern what only
Python does, and `tumble.analysis` and `tumble.demo` have one each of their own beside their code. The command line
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
    "StructureError",
    "TrainingError",
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
