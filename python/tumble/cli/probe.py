"""`tumble probe`: the symmetry error of a potential on structures, bare and averaged over sets of rotations."""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from tumble.cli.options import Once, add_overwrite
from tumble.cli.potential import add_potential, files_read, source_of
from tumble.counted import counted

if TYPE_CHECKING:
    from tqdm import tqdm


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "probe",
        help="symmetry error of a model or ASE calculator, bare and averaged over sets of rotations",
        usage="%(prog)s [options] (MODEL | --calculator MODULE:FACTORY) FRAMES",
        example="tumble probe water frames.extxyz",
        description="Compare averages over sets of rotations with a reference set of high degree: energies, forces "
        "and frame torque against the number of evaluations, random rotations next to them, and the spectrum of the "
        "energy over the degrees of rotation.",
    )
    add_potential(parser)
    parser.add_argument("frames", metavar="FRAMES", help="file with structures")
    parser.add_argument(
        "--sets",
        action=Once,
        metavar="LIST",
        help="names as for `tumble rotations`, with commas (default: a selection)",
    )
    parser.add_argument(
        "--reference", action=Once, metavar="SPEC", help="set to compare with (default: degree:9+inversion)"
    )
    parser.add_argument(
        "--random", metavar="N", type=int, help="largest number of random rotations, 0 for none (default: 32)"
    )
    parser.add_argument("--spectrum", metavar="L", type=int, help="highest degree l, 0 for none (default: 4)")
    parser.add_argument(
        "--seed", action=Once, metavar="N", type=int, help="seed of random sets (default for --random: 0)"
    )
    parser.add_argument("--jobs", metavar="N", type=int, default=1, help="structures evaluated at a time (default: 1)")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write all numbers there, in eV and Å")
    parser.add_argument("--plot", metavar="FILE", type=Path, help="write a figure there: .png, .svg, .pdf")
    parser.add_argument(
        "--resume",
        metavar="FILE",
        type=Path,
        help="keep the results of each structure there, and continue from it (default: FILE.jsonl next to --json FILE, "
        "until that is written)",
    )
    add_overwrite(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Probe the potential with a progress bar, print the tables and write the files."""
    from tumble.files import write_atomically
    from tumble.json_text import json_text
    from tumble.outputs import FIGURE, JOURNAL, PROBE, check_distinct, check_figure, check_output
    from tumble.probe import Options, probe
    from tumble.probe.options import split_sets
    from tumble.probe.plot import plot
    from tumble.probe.table import format_probe

    for option, kind in (("json", PROBE), ("plot", FIGURE), ("resume", JOURNAL)):
        check_output(
            option,
            getattr(arguments, option),
            kind,
            inputs=files_read(arguments, arguments.frames),
            overwrite=arguments.overwrite,
        )
    check_distinct({option: getattr(arguments, option) for option in ("json", "plot", "resume")})
    check_figure("plot", arguments.plot)
    given = {name: getattr(arguments, name) for name in ("reference", "random", "spectrum", "seed")}
    given["sets"] = None if arguments.sets is None else split_sets(arguments.sets)
    options = Options(**{name: value for name, value in given.items() if value is not None})
    resume = arguments.resume
    if resume is None and arguments.json is not None:
        resume = arguments.json.with_name(arguments.json.name + ".jsonl")

    with closing(_Progress(Path(arguments.frames).name)) as progress:
        result = probe(
            source_of(arguments),
            arguments.frames,
            options,
            jobs=arguments.jobs,
            resume=resume,
            planned=progress.planned,
            evaluated=progress.evaluated,
            structure_done=progress.structure_done,
        )
    print(format_probe(result))
    if arguments.json is not None:
        write_atomically(arguments.json, json_text(result.to_dict(), indent=2).encode())
        if arguments.resume is None:
            resume.unlink()  # the probe is complete; `--resume` would keep the file
    if arguments.plot is not None:
        plot(result, arguments.plot)
    return 0


class _Progress:
    """Progress on stderr: the amount of work, then a bar, or an estimate of the time if stderr is a file.

    Nothing is printed before the options have been checked.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._structures = self._all = self._done = 0
        self._started: tuple[float, int] | None = None
        self._bar: tqdm[NoReturn] | None = None

    def planned(self, structures: int, evaluations: int) -> None:
        from tqdm import tqdm

        self._all = evaluations
        print(
            f"{self._title}: {counted(structures, 'structure')}, {counted(evaluations, 'evaluation')}",
            file=sys.stderr,
            flush=True,
        )
        if sys.stderr.isatty():
            self._bar = tqdm(desc=self._title, unit=" evaluations", total=evaluations)

    def evaluated(self, count: int) -> None:
        self._done += count
        if self._bar is not None:
            self._bar.update(count)
        elif self._all > 0:
            self._estimate()

    def structure_done(self) -> None:
        self._structures += 1
        if self._bar is not None:
            self._bar.set_postfix_str(f"{self._structures} structures done")

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()

    def _estimate(self) -> None:
        """Print the remaining time once, after the second batch: the first is slower than the others."""
        if self._started is None:
            self._started = time.monotonic(), self._done
            return
        passed, evaluations = time.monotonic() - self._started[0], self._done - self._started[1]
        left = passed / evaluations * max(0, self._all - self._done)
        print(f"{self._title}: about {left:.0f} s to go", file=sys.stderr, flush=True)
        self._all = 0
