"""The version, in a module of its own: it is written into every result."""

__version__ = "0.1.0"
