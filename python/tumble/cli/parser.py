"""Parsers of the subcommands, which show an example in the help and if arguments are missing."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn


class ExampleParser(argparse.ArgumentParser):
    """A parser with an example of a complete command line."""

    def __init__(self, *, example: str | None = None, **options: Any) -> None:
        """Create a parser with an example.

        Args:
            example: A complete command line with all required arguments.
            options: Arguments of `argparse.ArgumentParser`.
        """
        if example is not None:
            options["epilog"] = " ".join(filter(None, [f"Example: `{example}`.", options.get("epilog")]))
        super().__init__(**options)
        self.example = example

    def error(self, message: str) -> NoReturn:
        """Print the usage and the error, with the example if arguments are missing, and exit with status 2."""
        if self.example is not None and "arguments are required" in message:
            message = f"{message}; for example: `{self.example}`"
        super().error(message)
