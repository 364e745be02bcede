"""The error of the demonstration."""

from tumble.errors import TumbleError


class DemoError(TumbleError):
    """A stage of the demonstration failed; the message ends with the last lines of its log."""
