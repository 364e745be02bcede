"""Parsers of the subcommands: each shows an example, in its help and with an error about missing arguments."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn


class ExampleParser(argparse.ArgumentParser):
    """A parser that knows a complete command line of its command."""

    def __init__(self, *, example: str | None = None, **options: Any) -> None:
        """Take an example and what `argparse.ArgumentParser` takes.

        Args:
            example: A complete command line, with the arguments that are required.
            options: Of `argparse.ArgumentParser`.
        """
        if example is not None:
            options["epilog"] = " ".join(filter(None, [f"Example: `{example}`.", options.get("epilog")]))
        super().__init__(**options)
        self.example = example

    def error(self, message: str) -> NoReturn:
        """Print the usage and the error, with the example where arguments are missing, and exit with status 2."""
        if self.example is not None and "arguments are required" in message:
            message = f"{message}; for example: `{self.example}`"
        super().error(message)
