"""Options that several subcommands share. They have the names that they have in LAMMPS."""

from __future__ import annotations

import argparse
from typing import Any

from tumble.set_names import listed


class Once(argparse.Action):
    """Stores a value, and refuses a second one, of which argparse would silently take the last."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Store, or end with a wrong command line."""
        given: dict[str, Any] = namespace.__dict__.setdefault("given_once", {})
        if self.dest in given:
            raise argparse.ArgumentError(
                self, f"expected it once, got it twice, as {given[self.dest]} and {values}; leave one of them out"
            )
        given[self.dest] = values
        setattr(namespace, self.dest, values)


def add_frame_options(parser: argparse.ArgumentParser) -> None:
    """Options of the frames from which structures are seen: `symmetrize` and `seed`."""
    parser.add_argument(
        "--symmetrize",
        action=Once,
        metavar="SET",
        default="none",
        help=f"{listed()}, each also with +inversion (default: none)",
    )
    parser.add_argument("--seed", action=Once, metavar="N", type=int, help="of random frames")


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Options of loading a model: `device`, `memory` and `check`."""
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N (default: auto)")
    parser.add_argument(
        "--memory",
        metavar="MB",
        type=float,
        help="budget of one chunk of an evaluation (default: 64 on a CPU, 1024 on a GPU)",
    )
    parser.add_argument(
        "--check",
        choices=("yes", "no"),
        default="yes",
        help="evaluate the reference structures in the file first (default: yes)",
    )


def add_overwrite(parser: argparse.ArgumentParser, *names: str) -> None:
    """The option that lets outputs replace files of other kinds.

    Args:
        parser: Of the subcommand.
        names: By which the option is known; `--overwrite` and `--force` if none are given.
    """
    parser.add_argument(
        *(names or ("--overwrite", "--force")),
        dest="overwrite",
        action="store_true",
        help="let outputs replace files that tumble didn't write; what the command reads is never replaced",
    )
