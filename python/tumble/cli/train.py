"""``tumble train CONFIG.yaml``: train a model, or continue its training."""

from __future__ import annotations

import argparse
import dataclasses
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tumble.train import Summary

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


# Exit status, for scripts that repeat the command until the training is done.
UNFINISHED = 3


def add_parser(subparsers: Subparsers) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "train",
        help="train a model on labeled frames, or continue its training",
        example="tumble train my-water.yaml",
        description="Train a model with a configuration, or continue from the checkpoint in the folder of results.",
        epilog=f"Exit status: 0 when all stages are done, {UNFINISHED} if --max-minutes ended it before, 1 after an "
        "error, 2 for a wrong setting, 130 after Ctrl-C and 128 + N after another signal N that asks it to end "
        "(SIGTERM, SIGUSR1, ...). A signal lets the step finish and a checkpoint be written; the same command without "
        "--restart continues.",
    )
    parser.add_argument("config", type=Path, metavar="CONFIG.yaml", help="configuration")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="folder for all results (default: CONFIG without its ending)"
    )
    parser.add_argument(
        "--max-minutes", type=float, help="stop after this time with a checkpoint; the same command continues"
    )
    parser.add_argument(
        "--restart", action="store_true", help="start anew, and replace the results of another training in the folder"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the subcommand and print the accuracy of the model on held-out structures."""
    folder = args.out if args.out is not None else args.config.parent / args.config.stem
    earlier = _checkpoint(folder)
    try:
        summary = _train(args, folder)
    except KeyboardInterrupt:
        print(_continuation(args, folder, earlier), file=sys.stderr)
        raise
    for name, errors in summary.metrics.items():
        print(f"{name}: {errors}")
    for name, errors in summary.test.items():
        print(f"{name}, test: {errors}")
    if summary.finished:
        export = ["tumble", "export", str(folder), "-o", f"{folder.name}.pt", "--name", folder.name]
        print(f"finished after {summary.steps} steps; to write a model file: {shlex.join(export)}", file=sys.stderr)
    else:
        print(f"time is up after {summary.steps} steps; {_continuation(args, folder, earlier)}", file=sys.stderr)
    return 0 if summary.finished else UNFINISHED


def _train(args: argparse.Namespace, folder: Path) -> Summary:
    from tumble.errors import TrainingSettingError
    from tumble.train import read_config, train  # imported here, since it takes seconds

    config = read_config(args.config)
    if folder.is_file():
        raise TrainingSettingError(
            f"`{'--out' if args.out is not None else 'config'}`: expected a folder for the results, got the file "
            f"`{folder}`; give another with `--out`"
        )
    if args.max_minutes is not None:
        config = dataclasses.replace(config, max_minutes=args.max_minutes)
    return train(config, folder, restart=args.restart)


def _checkpoint(folder: Path) -> os.stat_result | None:
    """Return the state of the checkpoint in a folder, if there is one."""
    try:
        return (folder / "checkpoint.pt").stat()
    except OSError:
        return None


def _continuation(args: argparse.Namespace, folder: Path, earlier: os.stat_result | None) -> str:
    """Return whether there is a checkpoint to continue from, and the command that continues or starts again.

    Args:
        args: Arguments of the command.
        folder: Folder of the results.
        earlier: State of the checkpoint at the start of the command.
    """
    words = ["tumble", "train", str(args.config)]
    if args.out is not None:
        words += ["--out", str(args.out)]
    if args.max_minutes is not None:
        words += ["--max-minutes", f"{args.max_minutes:g}"]
    now = _checkpoint(folder)
    written = now is not None and (earlier is None or now.st_mtime_ns != earlier.st_mtime_ns)
    if written or (now is not None and not args.restart):
        return f"to continue from the last checkpoint: {shlex.join(words)}"
    if args.restart:
        words.append("--restart")
    return f"no checkpoint was written, so there is nothing to continue; to start again: {shlex.join(words)}"
