"""The whole demonstration: the bare model, the same with rotations, and an exactly invariant model are compared."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tumble.demo import engines, inputs
from tumble.demo.demo_error import DemoError
from tumble.demo.partner_table import Compared, errors_of, partner_table, partner_text
from tumble.demo.partners import Partner, bare_partner, exact_partner
from tumble.demo.probed import EXACT, probe_run
from tumble.demo.stages import PROBED, SYSTEMS
from tumble.demo.timing import relative_times
from tumble.errors import ConfigurationError
from tumble.observables.quantities.quantity import Quantity
from tumble.observables.quantities.result import Result
from tumble.report import write_report
from tumble.runs import Run
from tumble.study.analysis_file import NAME, Analysis
from tumble.study.analyze import analyze
from tumble.study.comparability import failed_observables
from tumble.study.compare import Comparison, compare, joined

REPORT = "report.html"
MARK = "tumble-demo.txt"

_NOTES = (
    "Each system is run with the bare model and symmetrized, that is with its energy averaged over rotations or with a "
    "new random rotation in every step. The difference between the two is the effect of the broken symmetry. The gas "
    "and the molecule, where symmetry alone determines what is measured, are also run with another model that is "
    "exactly invariant. Its runs are compared with exact symmetry alone, since everything else depends on the model.",
    "The runs take minutes and show that everything works. The bias that they could have detected is given with each "
    "verdict; a study needs longer runs.",
)

Tell = Callable[[str], None]


def run_demo(out: Path, *, lengths: Mapping[str, int], model: str, exact: str, source: Path | None, tell: Tell) -> Path:
    """Run the simulations, analyze them, write the report, and return its path.

    Args:
        out: Folder of the results; results of an earlier demonstration are replaced.
        lengths: Number of time steps of each system, by its name, or by the folder of a run that has another length.
        model: Name or path of the model.
        exact: Name or path of the exactly invariant model.
        source: Folder of the inputs; None for those of the package.
        tell: Called with pieces of text about the progress, including newlines.

    Returns:
        Path of the report.

    Raises:
        ConfigurationError: If `out` contains other files, `source` has no inputs, or `exact` isn't exactly invariant.
        DemoError: If an observable fails.
        LaunchError: If a run fails.
        ModelNotFoundError: If there is no such model.
        TrajectoryError: If a file of a run can't be read.
        NotApplicableError: If a run can't be analyzed.
        EvaluationError: If a model fails outside of the engines.
    """
    source = inputs.find_inputs(source)
    bare, third = bare_partner(model), exact_partner(exact)
    _prepare(out)
    tell(f"model {bare.identity['name']} ({bare.path}), {engines.threads()} threads; results in {out}\n")
    done = _simulated(out, lengths, bare, third, source, tell)
    with _reported("symmetry error against sets of rotations", tell):
        probes = {bare.path: probe_run(done.runs[PROBED], bare.path)}
        if third.path != bare.path:
            probes[third.path] = probe_run(done.runs[PROBED], third.path, EXACT)
    with _reported("times of the partners", tell):
        compared = _compared(done, probes, source)
    analyses = list(done.analyses.values())
    with _reported("report", tell):
        write_report(
            out / REPORT,
            analyses,
            joined(done.comparisons),
            title="Water: bare, symmetrized and exact",
            notes=_NOTES,
            overview=partner_table(compared),
            probe=probes[bare.path],
            now=datetime.now(),
        )
    tell(partner_text(compared))
    if any(one.failed for one in analyses):
        raise DemoError(f"`{out / REPORT}` is incomplete: {' '.join(failed_observables(analyses))}")
    return out / REPORT


@dataclass(frozen=True)
class _Simulated:
    """What was simulated: partners by their names; runs and analyses by their folders."""

    partners: dict[str, Partner] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    analyses: dict[str, Analysis] = field(default_factory=dict)
    comparisons: list[Comparison] = field(default_factory=list)


def _simulated(
    out: Path, lengths: Mapping[str, int], bare: Partner, exact: Partner, source: Path, tell: Tell
) -> _Simulated:
    """Run all systems with their partners, and analyze and compare the runs."""
    done = _Simulated()
    for name, system in SYSTEMS.items():
        found: list[Analysis] = []
        for partner in system.partners(bare, exact):
            folder = (out / f"{name}-{partner.name}").resolve()
            folder.mkdir()
            title, steps = f"{system.title}, {partner.title}", lengths.get(folder.name, lengths[name])
            with _reported(f"{title}, {steps} steps", tell):
                run = done.runs[folder.name] = system.run(source, folder, partner, steps)
            with _reported(f"{title}, analysis", tell):
                found.append(analyze(run, system.observables, system.settings_of(run)))
                found[-1].save(folder / NAME)
            done.partners[partner.name] = partner
            done.analyses[folder.name] = found[-1]
        first, reference, *others = found
        done.comparisons.append(compare([first, reference], reference=reference.name))
        done.comparisons.extend(compare([other]) for other in others)
    return done


def _compared(done: _Simulated, probes: Mapping[Path, Mapping[str, Any]], source: Path) -> list[Compared]:
    """Measure the times of the partners, and return all numbers of their table."""
    # The exact partner, which differs in its model, comes last.
    partners = sorted(done.partners.values(), key=lambda partner: partner.path != done.partners["bare"].path)
    structures = (inputs.structure(source, inputs.LAMMPS_MOLECULE), inputs.structure(source, inputs.LAMMPS_LIQUID))
    times = [relative_times(partners, atoms) for atoms in structures]
    return [
        Compared(
            partner,
            *errors_of(partner, probes[partner.path]),
            times=pair,
            bias=_bias(done.analyses.get(f"gas-{partner.name}")),
            turned=_turned(done.analyses.get(f"molecule-{partner.name}")),
        )
        for partner, pair in zip(partners, zip(*times, strict=True), strict=True)
    ]


def _bias(gas: Analysis | None) -> Quantity | None:
    """Return how strongly the bisectors of molecules prefer a direction; None if it is unknown."""
    found = _result(gas, "orientation")
    return None if found is None else found["bias_bisector"]


def _turned(molecule: Analysis | None) -> float | None:
    """Return the largest change of direction of the angular momentum, degrees; None if it is unknown."""
    found = _result(molecule, "drift")
    return None if found is None else found.metadata.get("angular_momentum", {}).get("largest_direction_change_deg")


def _result(analysis: Analysis | None, observable: str) -> Result | None:
    results = () if analysis is None else analysis.results
    return next((result for result in results if result.observable == observable), None)


def _prepare(out: Path) -> None:
    """Make the folder of the results, and delete results of an earlier demonstration."""
    if out.is_dir() and any(out.iterdir()) and not (out / MARK).is_file():
        raise ConfigurationError(
            f"`out`: expected a new folder or one of an earlier demonstration, got `{out}` with other files"
        )
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).write_text("Results of `tumble demo`; the next one replaces them.\n")
    (out / REPORT).unlink(missing_ok=True)
    for name, system in SYSTEMS.items():
        for what in ("bare", system.symmetrize, "exact"):
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
