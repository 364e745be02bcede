"""The version of Tumble, which is written into every result; in a module that imports nothing."""

__version__ = "0.1.0"
