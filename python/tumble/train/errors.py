"""Errors of training."""

from __future__ import annotations

from tumble.errors import TumbleError


class TrainingError(TumbleError):
    """A training can't start or go on: a bad configuration, unusable data, or a foreign checkpoint."""
