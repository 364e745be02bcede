"""`tumble analyze`: observables of a run, with error bars."""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tumble.cli.failures import check_complete, report_faults
from tumble.cli.options import Once, add_overwrite
from tumble.cli.terminal import printable
from tumble.observables.base.settings import Settings

if TYPE_CHECKING:
    from tumble.runs import Run
    from tumble.study.analysis_file import Analysis


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "analyze",
        help="observables of runs of LAMMPS and i-PI, with error bars",
        example="tumble analyze RUN-FOLDER --start 1",
        description="Compute observables of runs, print the numbers, and write everything to analysis.json in the "
        "folder of each run, for `tumble compare` and `tumble report`.",
        epilog="docs/analysis.md explains each observable and its error. From Python alone: dipoles and charges of "
        "extras of i-PI or of columns of a dump; reorientation of beads; windows of fits; axes, bins and "
        "degrees of orientation. Energies of proton orderings have a command of their own, `tumble ordering`.",
    )
    parser.add_argument(
        "runs",
        metavar="RUN",
        nargs="+",
        help="folder of a run, input of i-PI, log of LAMMPS, or file or pattern of a trajectory",
    )
    parser.add_argument(
        "--observables", action=Once, metavar="LIST", help="names with commas (default: all that the run allows)"
    )
    parser.add_argument("--output", "-o", metavar="FILE", type=Path, help="where to write, for a single run")
    parser.add_argument(
        "--name", metavar="NAME", help="name of a single run, for tables and legends (default: its folder)"
    )
    parser.add_argument("--plots", metavar="FOLDER", type=Path, help="write a figure of each observable there, as .png")
    add_settings(parser)
    add_overwrite(parser)
    parser.set_defaults(run=run)


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add the options that define an analysis: each setting, under its name in `Settings`, and how a run is opened."""
    for setting in fields(Settings):
        flag = setting.metadata["flag"] or f"--{setting.name.replace('_', '-')}"
        parser.add_argument(flag, dest=setting.name, default=setting.default, **setting.metadata["option"])
    parser.add_argument("--topology", metavar="FILE", help="file with the elements, if the trajectory has none")
    parser.add_argument("--trajectory", metavar="FILE", nargs="+", help="files to use instead of those of the run")
    parser.add_argument(
        "--units", choices=("metal", "real"), help="units of LAMMPS (default: those of the log or dump)"
    )
    parser.add_argument("--beads", action="store_true", help="the files are the beads of one path integral of LAMMPS")
    parser.add_argument("--timestep", metavar="FS", type=float, help="(default: that of the run)")
    parser.add_argument("--temperature", metavar="K", type=float, help="(default: that of the run)")


def run(arguments: argparse.Namespace) -> int:
    """Analyze each run, print its numbers, write its file."""
    from tumble.errors import ConfigurationError
    from tumble.observables.registry import OBSERVABLES
    from tumble.outputs import ANALYSIS, check_output

    for given in arguments.runs:
        if arguments.observables is not None and given in OBSERVABLES and not Path(given).exists():
            raise ConfigurationError(
                f"`--observables`: expected names separated by commas without blanks, as in `msd,rdf`, got `{given}` "
                f"as a run"
            )
    single = len(arguments.runs) == 1
    if not single and (arguments.output is not None or arguments.name is not None):
        raise ConfigurationError("`--output`: expected one run with `--output` and `--name`, got several")
    stems = {re.sub(r"\d+", "", given) for given in arguments.runs}
    if not single and len(stems) == 1 and all(Path(given).suffix == ".xyz" for given in arguments.runs):
        raise ConfigurationError(
            f"`RUN`: expected a pattern in quotes for files that belong together, got {len(arguments.runs)} files"
        )
    settings = read_settings(arguments)
    opening_of(arguments)  # checks them
    for given in arguments.runs:
        path = arguments.output if arguments.output is not None else file_of(given)
        check_output("output", path, ANALYSIS, overwrite=arguments.overwrite)
    if arguments.plots is not None and arguments.plots.exists() and not arguments.plots.is_dir():
        raise ConfigurationError(f"`--plots`: expected a folder, got the file `{arguments.plots}`")
    return max(_status_of(given, settings, arguments, single) for given in arguments.runs)


def _status_of(given: str, settings: Settings, arguments: argparse.Namespace, single: bool) -> int:
    """Analyze a run and return its exit status.

    An unreadable file, or a run without what is requested, stops only this run: the next one may be fine.
    """
    from tumble.errors import ConfigurationError, NotApplicableError, TrajectoryError

    try:
        return _analyze(given, settings, arguments)
    except (ConfigurationError, NotApplicableError, TrajectoryError) as error:
        if single:
            raise
        text = f"`{given}`: {error}"
        if isinstance(error, ConfigurationError):
            raise ConfigurationError(text) from error
        print(f"tumble: error: {printable(text)}", file=sys.stderr)
        return 1


def _analyze(given: str, settings: Settings, arguments: argparse.Namespace) -> int:
    """Analyze a run, print its numbers, write its file, and return its exit status."""
    from tumble.outputs import ANALYSIS, check_output
    from tumble.runs import open_run
    from tumble.study.fingerprint import files_read
    from tumble.study.tables import format_numbers
    from tumble.study.tracebacks import write_tracebacks

    opened = open_run(given, name=arguments.name, **opening_of(arguments))
    read = files_read(opened, settings)
    path = arguments.output if arguments.output is not None else file_of(given)
    check_output("output", path, ANALYSIS, inputs=read, overwrite=arguments.overwrite)
    analysis = analyze_run(opened, settings, chosen(arguments))
    analysis.save(path)
    tracebacks = write_tracebacks(analysis, path)
    print(format_numbers(analysis))
    print(f"written to {path}\n")
    if arguments.plots is not None:
        _plot(analysis, arguments, read)
    faults = report_faults(analysis, tracebacks)
    check_complete(analysis, by_name=arguments.observables is not None)
    return 1 if faults else 0


def file_of(given: str) -> Path:
    """Return the file of the analysis of a run: in its folder, or next to the file that the user named."""
    from tumble.study.analysis_file import NAME

    path = Path(given)
    if path.is_dir():
        return path / NAME
    return path.with_name(f"{path.name.replace('*', '')}.{NAME}")


def opening_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the arguments of `open_run` for facts that the files of a run don't contain.

    Raises:
        SettingError: If a value is impossible.
    """
    from tumble.errors import SettingError

    for name in ("timestep", "temperature"):
        value = getattr(arguments, name)
        if value is not None and not 0 < value < math.inf:
            raise SettingError(name, f"expected a positive number, got {value:g}")
    return {
        "topology": arguments.topology,
        "trajectory": arguments.trajectory,
        "beads": arguments.beads,
        "units": arguments.units,
        "timestep": None if arguments.timestep is None else arguments.timestep / 1000,
        "temperature": arguments.temperature,
    }


def analyze_run(opened: Run, settings: Settings, observables: Sequence[str] | None) -> Analysis:
    """Analyze a run, with a progress bar on a terminal.

    Args:
        opened: The run.
        settings: Settings of the analysis.
        observables: Names of the requested observables; None for all.
    """
    from tumble.observables.base.progress import progress_bar
    from tumble.study.analyze import analyze

    with progress_bar(f"analyzing {printable(opened.name)}", shown=sys.stderr.isatty()) as progress:
        return analyze(opened, observables, settings, progress)


def chosen(arguments: argparse.Namespace) -> list[str] | None:
    """Return the names of the requested observables; None for all."""
    if arguments.observables is None:
        return None
    return [name.strip() for name in arguments.observables.split(",")]


def read_settings(arguments: argparse.Namespace) -> Settings:
    """Return the settings of a command line.

    Raises:
        SettingError: If a value is out of range, or a list has the wrong form.
    """
    given = {field.name: getattr(arguments, field.name) for field in fields(Settings)}
    if given["pairs"] is not None:
        given["pairs"] = _pairs(given["pairs"])
    if given["charges"] is not None:
        given["charges"] = _charges(given["charges"])
    settings = Settings(**given)
    settings.check()
    return settings


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    from tumble.errors import SettingError

    pairs = [tuple(word.capitalize() for word in pair.strip().split("-")) for pair in text.split(",")]
    if any(len(pair) != 2 for pair in pairs):
        raise SettingError("pairs", f"expected pairs of elements such as O-O,O-H, got `{text}`")
    return tuple((pair[0], pair[1]) for pair in pairs)


def _charges(text: str) -> dict[str, float]:
    from tumble.errors import SettingError

    try:
        return {element.strip(): float(charge) for element, charge in (one.split("=") for one in text.split(","))}
    except ValueError:
        raise SettingError("charges", f"expected charges such as O=-0.84,H=0.42, got `{text}`") from None


def _plot(analysis: Analysis, arguments: argparse.Namespace, inputs: Sequence[Path]) -> None:
    from tumble.outputs import FIGURE, check_output

    folder: Path = arguments.plots
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[/\0]", "_", analysis.name)  # a name may be any text
    for result in analysis.results:
        path = folder / f"{name}-{result.observable}.png"
        check_output("plots", path, FIGURE, inputs=inputs, overwrite=arguments.overwrite)
        result.plot(path)
