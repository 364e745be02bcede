"""The whole demonstration: the bare model is compared with the symmetrized one and with averages over sets."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tumble import metadata
from tumble.demo import engines, inputs
from tumble.demo.demo_error import DemoError
from tumble.demo.probed import probe_run
from tumble.demo.stages import BARE, PROBED, SYSTEMS
from tumble.files import sha256
from tumble.registry import find_model
from tumble.report import write_report
from tumble.runs import Run
from tumble.study.analysis_file import NAME, Analysis
from tumble.study.analyze import analyze
from tumble.study.comparability import failed_observables
from tumble.study.compare import Comparison, compare, joined

REPORT = "report.html"
MARK = "tumble-demo.txt"

_NOTES = (
    "Each system is run twice: with the bare model, and symmetrized, that is with its energy averaged over rotations "
    "or with a new random rotation in every step. The difference between the two is the effect of the broken symmetry.",
    "The runs take minutes and show that everything works. The bias that they could have detected is given with each "
    "verdict; a study needs longer runs.",
)

Tell = Callable[[str], None]


def run_demo(out: Path, *, lengths: Mapping[str, int], model: str, source: Path | None, tell: Tell) -> Path:
    """Run the simulations, analyze them, write the report, and return its path.

    Args:
        out: Folder of the results; results of an earlier demonstration are replaced.
        lengths: Number of time steps of each system, by its name.
        model: Name or path of the model.
        source: Folder of the inputs; None for those of the package.
        tell: Called with pieces of text about the progress, including newlines.

    Returns:
        Path of the report.

    Raises:
        DemoError: If a run or an observable fails, or `out` contains other files.
        ModelNotFoundError: If there is no such model.
        TrajectoryError: If a file of a run can't be read.
        NotApplicableError: If a run can't be analyzed.
        EvaluationError: If the model fails outside of the engines.
    """
    source = inputs.find_inputs(source)
    path = find_model(model).resolve()
    identity = {"name": str(metadata.read(path)["name"]), "path": str(path), "sha256": sha256(path)}
    # The engines look up a name themselves; a path must be valid in any folder.
    model = str(path) if Path(model).is_file() else model
    _prepare(out)
    tell(f"model {identity['name']} ({path}), {engines.threads()} threads; results in {out}\n")

    analyses: list[Analysis] = []
    comparisons: list[Comparison] = []
    runs: dict[str, Run] = {}
    for name, system in SYSTEMS.items():
        pair = []
        for symmetrize in (BARE, system.symmetrize):
            folder = (out / f"{name}-{'bare' if symmetrize == BARE else symmetrize}").resolve()
            folder.mkdir()
            title = f"{system.title}, {'bare' if symmetrize == BARE else f'symmetrized ({symmetrize})'}"
            with _reported(f"{title}, {lengths[name]} steps", tell):
                run = system.run(source, folder, model, lengths[name], symmetrize)
            with _reported(f"{title}, analysis", tell):
                run = runs[folder.name] = replace(run, model=identity, symmetrize=symmetrize)
                pair.append(analyze(run, system.observables, system.settings))
                pair[-1].save(folder / NAME)
        comparisons.append(compare(pair, reference=pair[1].name))
        analyses += pair
    with _reported("symmetry error against sets of rotations", tell):
        probed = probe_run(runs[PROBED], path)
    with _reported("report", tell):
        write_report(
            out / REPORT,
            analyses,
            joined(comparisons),
            title="Bare and symmetrized water",
            notes=_NOTES,
            probe=probed,
            now=datetime.now(),
        )
    if any(one.failed for one in analyses):
        raise DemoError(f"`{out / REPORT}` is incomplete: {' '.join(failed_observables(analyses))}")
    return out / REPORT


def _prepare(out: Path) -> None:
    """Make the folder of the results, and delete results of an earlier demonstration."""
    if out.is_dir() and any(out.iterdir()) and not (out / MARK).is_file():
        raise DemoError(
            f"`out`: expected a new folder or one of an earlier demonstration, got `{out}` with other files"
        )
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).write_text("Results of `tumble demo`; the next one replaces them.\n")
    (out / REPORT).unlink(missing_ok=True)
    for name, system in SYSTEMS.items():
        for what in ("bare", system.symmetrize):
            shutil.rmtree(out / f"{name}-{what}", ignore_errors=True)


@contextmanager
def _reported(name: str, tell: Tell) -> Iterator[None]:
    """Report the name of a step when it starts, and its duration when it ends."""
    tell(f"  {name} … ")
    start = time.monotonic()
    result = "failed"
    try:
        yield
        result = f"{time.monotonic() - start:.1f} s"
    finally:
        tell(f"{result}\n")
