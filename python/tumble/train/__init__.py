"""Training of models on labeled structures."""

from tumble.errors import TrainingError
from tumble.train.checkpoint import TrainedModel, load_trained
from tumble.train.config import TrainConfig, config_from_mapping, read_config
from tumble.train.summary import Summary
from tumble.train.trainer import train

__all__ = [
    "Summary",
    "TrainConfig",
    "TrainedModel",
    "TrainingError",
    "config_from_mapping",
    "load_trained",
    "read_config",
    "train",
]
