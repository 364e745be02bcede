"""Parsers of the subcommands, which show an example in the help and if arguments are missing."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from typing_extensions import override

from tumble.cli.options import Once


class Instead(Once):
    """An option that takes the place of a positional argument, which is None then.

    Args:
        replaces: The positional argument.
        options: Arguments of `argparse.Action`.
    """

    def __init__(self, *, replaces: argparse.Action, **options: Any) -> None:
        super().__init__(**options)
        self.replaces = replaces


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

    @override
    def parse_known_args(  # type: ignore[override]  # argparse has overloads that differ in the namespace alone
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        # An optional positional argument (`nargs="?"`) would take the next one's word.
        for action in [action for action in self._actions if isinstance(action, Instead)]:
            given = any(_abbreviates(word, action.option_strings) for word in args or ())
            if given and action.replaces in self._actions:
                self._remove_action(action.replaces)
                self.set_defaults(**{action.replaces.dest: None})
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Print the usage and the error, with the example if arguments are missing, and exit with status 2."""
        if self.example is not None and "arguments are required" in message:
            message = f"{message}; for example: `{self.example}`"
        super().error(message)


def _abbreviates(word: str, options: Sequence[str]) -> bool:
    """Return whether a word of a command line is one of these options, which argparse lets users abbreviate."""
    start = word.partition("=")[0]
    return len(start) > len("--") and any(option.startswith(start) for option in options)
