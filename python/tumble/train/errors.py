"""Errors of training."""

from __future__ import annotations


class TrainingError(ValueError):
    """A training cannot start or go on: a bad configuration, unusable data, or a foreign checkpoint."""
