"""``tumble train CONFIG.yaml``: train a model, or continue its training."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


# Exit status, for scripts that call again until all is done.
UNFINISHED = 3


def add_parser(subparsers: Subparsers) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "train",
        help="train a PET model on labelled frames, or continue its training",
        description="Trains as the configuration says, or continues from the checkpoint in the folder of results.",
        epilog=f"Exit status: 0 when all stages are done, {UNFINISHED} when --max-minutes was over before, 1 after an "
        "error, 130 after Ctrl-C and 128 + N after another signal N that asks it to end (SIGTERM, SIGUSR1, ...). A "
        "signal has the step finished and a checkpoint written; the same command continues.",
    )
    parser.add_argument("config", type=Path, metavar="CONFIG.yaml", help="configuration")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="folder for all results (default: CONFIG without its ending)"
    )
    parser.add_argument(
        "--max-minutes", type=float, help="stop after this time with a checkpoint; the same command continues"
    )
    parser.add_argument(
        "--restart", action="store_true", help="start anew, and replace what another training has left in the folder"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the subcommand and say how accurate the model is on the frames held out."""
    from tumble.train import read_config, train

    config = read_config(args.config)
    if args.max_minutes is not None:
        config = dataclasses.replace(config, max_minutes=args.max_minutes)
    folder = args.out if args.out is not None else args.config.with_suffix("")
    summary = train(config, folder, restart=args.restart)
    for name, errors in summary.metrics.items():
        print(
            f"{name}: force MAE {errors.force_mae:.1f}, RMSE {errors.force_rmse:.1f} meV/Å; "
            f"energy MAE {errors.energy_mae:.2f} meV/atom"
        )
    if not summary.finished:
        print(f"time is up after {summary.steps} steps; the same command continues", file=sys.stderr)
    return 0 if summary.finished else UNFINISHED
