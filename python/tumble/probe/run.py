"""A probe from start to end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from os import PathLike, fspath
from pathlib import Path

from ase import Atoms

from tumble.audit.source import ModelSource, Source
from tumble.errors import ConfigurationError, FramesError
from tumble.frames import read_frames
from tumble.probe.journal import Journal
from tumble.probe.options import Options
from tumble.probe.records import Record
from tumble.probe.results import Probe, combine
from tumble.probe.structure import count_evaluations, quadrature, structure_key
from tumble.probe.workers import Setup, Task, probe_here, probe_in_processes
from tumble.rotation_sets import RotationSet

_HIGHEST_DEGREE = 24


def probe(
    model: str | PathLike[str] | Source,
    frames: str | PathLike[str] | Iterable[Atoms],
    options: Options | None = None,
    *,
    jobs: int = 1,
    resume: Path | None = None,
    device: str = "auto",
    memory: float | None = None,
    check: bool = True,
    planned: Callable[[int, int], None] = lambda structures, evaluations: None,
    evaluated: Callable[[int], None] = lambda count: None,
    structure_done: Callable[[], None] = lambda: None,
) -> Probe:
    """Compare averages over sets of rotations with a reference, structure by structure.

    With `jobs` above 1, new processes import the calling script, which must keep its own work behind
    `if __name__ == "__main__"`. The results don't depend on `jobs`, up to rounding in torch.

    Args:
        model: Path or name of a model, or `CalculatorSource("module:factory")` for an ASE calculator.
        frames: File that ASE reads, or structures.
        options: Options; by default those of `Options()`.
        jobs: Number of processes; each evaluates one structure at a time on its share of the cores.
        resume: File that stores the results of each structure, and from which an interrupted probe continues.
        device: `auto`, `cpu`, `cuda` or `cuda:N`; this and the next two are for the path or name of a model.
        memory: Budget of one chunk of an evaluation, MB; by default 64 on a CPU, 1024 on a GPU.
        check: Whether to evaluate the reference structures in the model file and compare the results.
        planned: Called before the first evaluation with the numbers of structures in a file and of evaluations. Fewer
            evaluations are made if results of some structures are known.
        evaluated: Called with the number of evaluations since its last call.
        structure_done: Called after each structure.

    Raises:
        ConfigurationError: If an option is impossible, or `resume` belongs to another model or other options.
        FramesError: If the file is missing, is empty or can't be read.
        StructureError: If a structure has an element that the model doesn't know, or can't be evaluated.
        EvaluationError: If the model fails, or a process dies.
        CalculatorError: If the calculator can't be made or fails.
        ModelFileError, DeviceError: As by `tumble.load`.
        OSError: If `resume` can't be written.
    """
    options = options or Options()
    options.check()
    if jobs < 1:
        raise ConfigurationError(f"`jobs`: expected an integer above 0, got {jobs}")
    source = model if isinstance(model, Source) else ModelSource(model, device, memory, check)
    name, identity, provenance = source.name, source.identity(), source.provenance()
    if isinstance(frames, str | PathLike):
        found_there = list(read_frames(frames))
        planned(len(found_there), count_evaluations(options, len(found_there)))
        label, structures = fspath(frames), iter(found_there)
    else:
        label, structures = "structures", iter(frames)
    threads = None if jobs == 1 else max(1, _cores() // jobs)
    setup = Setup(source, options, threads)

    records: dict[int, Record] = {}
    with ExitStack() as stack:
        journal = None
        if resume is not None:
            subject = {**identity, **options.to_dict()}
            journal = stack.enter_context(Journal(resume, subject))
        tasks = _unknown(structures, journal, records, structure_done)
        found = probe_here(setup, tasks, evaluated) if jobs == 1 else probe_in_processes(setup, tasks, evaluated, jobs)
        stack.enter_context(closing(found))
        for index, record in found:
            records[index] = record
            if journal is not None:
                journal.append(record)
            structure_done()
    if not records:
        raise FramesError("`frames`: expected structures, got none")
    ordered = [records[index] for index in sorted(records)]
    return combine(name, provenance, label, options, ordered, _quadrature_size(options))


def _unknown(
    structures: Iterator[Atoms], journal: Journal | None, records: dict[int, Record], structure_done: Callable[[], None]
) -> Iterator[Task]:
    """Yield a task for each structure without a record in the journal; put the other records into `records`."""
    for index, atoms in enumerate(structures):
        check = index == 0
        known = None if journal is None else journal.find(structure_key(atoms))
        if known is not None and (known.check is not None or not check):
            records[index] = known
            structure_done()
        else:
            # The copy lacks the calculator, which may not be picklable.
            yield Task(index, atoms.copy(), check)  # type: ignore[no-untyped-call]


def _quadrature_size(options: Options) -> tuple[int, int]:
    nodes = quadrature(RotationSet(options.reference, options.seed), options.spectrum)
    return (0, 0) if nodes is None else (nodes.exactness(_HIGHEST_DEGREE), 2 * len(nodes))


def _cores() -> int:
    return len(os.sched_getaffinity(0))
