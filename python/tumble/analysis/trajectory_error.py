"""The errors of everything that reads or analyses trajectories."""

from tumble.errors import ConfigurationError, TumbleError


class TrajectoryError(TumbleError):
    """A trajectory can't be read, or can't answer what is asked of it."""


class SettingError(ConfigurationError, TrajectoryError):
    """A choice of how to analyze can't be, at all or with this trajectory.

    Args:
        setting: Its name, as in `tumble.analysis.settings.Settings` where it is one of those.
        text: What was expected, and what was given.

    Attributes:
        setting: Its name.
        exit_status: Of the command line, which was wrong.
    """

    exit_status = 2

    def __init__(self, setting: str, text: str) -> None:
        """See the class."""
        super().__init__(setting, text)
        self.setting = setting

    def __str__(self) -> str:
        """The name of the setting, and the text."""
        return f"`{self.setting}`: {self.args[1]}"
