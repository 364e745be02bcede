"""One pass over the frames against one analysis after the other; who fails, and what the others then have."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from MDAnalysis.coordinates.memory import MemoryReader
from scipy.spatial.transform import Rotation
from support.bead_frames import BeadFrames, bead_universe
from support.oriented_water import positions

from tumble.errors import EvaluationError, NotApplicableError, TrajectoryError
from tumble.observables.base.failure import Failure
from tumble.observables.base.observable import FrameObservable, UniverseAnalysis
from tumble.observables.base.one_pass import one_pass
from tumble.observables.base.processes import Processes
from tumble.observables.dipoles.dielectric import Dielectric
from tumble.observables.dipoles.dipole import Dipole
from tumble.observables.dipoles.dipole_correlation import DipoleCorrelation
from tumble.observables.dipoles.dipole_relaxation import DipoleRelaxation
from tumble.observables.dipoles.infrared import Infrared
from tumble.observables.dynamics.msd import MeanSquareDisplacement
from tumble.observables.dynamics.reorientation import Reorientation
from tumble.observables.dynamics.spectrum import VibrationalSpectrum
from tumble.observables.motion.drift import Drift
from tumble.observables.orientations.orientation import Orientation
from tumble.observables.path_integral.gyration import Gyration
from tumble.observables.path_integral.kinetic import Kinetic
from tumble.observables.quantities.result import Result
from tumble.observables.structure.rdf import Rdf
from tumble.statistics.cells import Cells
from tumble.types import Array

FRAMES, BEADS, MOLECULES = 60, 3, 8
CHOICE = (3, 57, 2)


def water(beads: int = BEADS) -> Any:
    """Molecules that turn by small steps, as ring polymers with forces; 1 ps apart."""
    generator = np.random.default_rng(3)
    steps = Rotation.from_rotvec(0.2 * generator.normal(size=(FRAMES * MOLECULES, 3))).as_matrix()
    turned = steps.reshape(FRAMES, MOLECULES, 3, 3)
    for frame in range(1, FRAMES):
        turned[frame] = turned[frame] @ turned[frame - 1]
    spread = 0.05 * generator.normal(size=(FRAMES, beads, 3 * MOLECULES, 3))
    forces = generator.normal(size=spread.shape)
    return bead_universe(positions(turned)[:, None] + spread, "OHH" * MOLECULES, forces, [6.4, 6.4, 6.4, 90, 90, 90])


def every_kind(universe: Any) -> list[UniverseAnalysis]:
    return [
        Orientation(universe),
        Rdf(universe, intramolecular="apart", bin_width=0.2),
        Rdf(universe, centroid=True, bin_width=0.2),
        Dipole(universe),
        Dielectric(universe, temperature=300.0),
        DipoleCorrelation(universe),
        DipoleRelaxation(universe),
        Infrared(universe, temperature=300.0, resolution=2.0, highest=15.0),
        VibrationalSpectrum(universe, resolution=2.0, highest=15.0),
        MeanSquareDisplacement(universe, longest=12.0),
        Reorientation(universe),
        Gyration(universe),
        Kinetic(universe, temperature=300.0),
        *Drift(universe).analyses,
    ]


def assert_same(one: Result, two: Result) -> None:
    """To the last bit."""
    assert pickle.dumps(one.to_dict()) == pickle.dumps(two.to_dict())


@pytest.mark.parametrize("parallel", [False, True], ids=["serial", "2 processes"])
def test_same_results_as_one_by_one(parallel: bool, processes: Processes) -> None:
    universe = water()
    alone = every_kind(universe)
    for each in alone:
        each.run(*CHOICE, backend=processes if parallel and each.parallelizable else None)
    together = every_kind(universe)
    one_pass(together, *CHOICE, processes=processes if parallel else None)
    assert len(together) > 14
    for one, two in zip(together, alone, strict=True):
        assert_same(one.result, two.result)


def test_frames_are_read_once() -> None:
    universe = water()
    analyses = [Orientation(universe), Gyration(universe), Dipole(universe)]
    read: list[int] = []
    inner = universe.trajectory._read_frame_with_aux

    def counted(frame: int) -> Any:
        read.append(frame)
        return inner(frame)

    universe.trajectory._read_frame_with_aux = counted
    one_pass(analyses, frames=[2, 5, 8])
    assert read == [2, 5, 8]
    assert analyses[0].result.metadata["last_frame"] == 8


class Step(FrameObservable):
    """Fails where it is asked to."""

    observable = "step"

    def __init__(
        self, universe: Any, fails_in: str = "", error: Callable[[str], Exception] = ZeroDivisionError
    ) -> None:
        super().__init__(universe)
        self._fails_in = fails_in
        self._error = error

    def _reach(self, step: str) -> None:
        if step == self._fails_in:
            raise self._error(f"in {step}")

    def _prepare(self) -> None:
        super()._prepare()
        self._reach("preparation")

    def _sample(self) -> Array:
        self._reach(f"frame {self._ts.frame}")
        return np.ones(1)

    def _evaluate(self, cells: Cells) -> Result:
        self._reach("conclusion")
        return self._result([])


@pytest.mark.parametrize("step", ["preparation", "frame 0", "frame 41", "conclusion"])
@pytest.mark.parametrize("parallel", [False, True], ids=["serial", "2 processes"])
def test_each_fails_alone(step: str, parallel: bool, processes: Processes) -> None:
    universe = water()
    before, broken, after = Step(universe), Step(universe, step), Step(universe)
    one_pass([before, broken, after], processes=processes if parallel else None)
    assert_same(before.result, Step(universe).run().result)
    assert_same(after.result, before.result)
    with pytest.raises(ZeroDivisionError, match=f"in {step}") as caught:
        _ = broken.result
    assert "self._reach" in "".join(traceback.format_exception(caught.value))


def test_a_fatal_failure_ends_the_pass() -> None:
    universe = water()
    seen: list[int] = []
    with pytest.raises(ZeroDivisionError, match="in frame 7"):
        one_pass(
            [Step(universe), Step(universe, "frame 7")],
            progress=lambda done, _: seen.append(done),
            fatal=lambda error, begun: begun and isinstance(error, ZeroDivisionError),
        )
    assert seen == list(range(1, 8))


def test_a_run_after_a_failure_has_a_result() -> None:
    universe = water()
    broken = Step(universe, "frame 41")
    one_pass([broken])
    assert broken.run(stop=41).result.metadata["frames"] == 41


def test_too_few_frames_fail_before_any_is_read() -> None:
    universe = water()
    analyses = [Step(universe), Reorientation(universe)]
    one_pass(analyses, stop=1)
    for each in analyses:
        with pytest.raises(NotApplicableError, match=r"`frames`: .* 2 frames.*got 1"):
            _ = each.result
    one_pass(analyses, stop=3)
    assert analyses[0].result.metadata["frames"] == 3
    with pytest.raises(NotApplicableError, match="at least 4 frames"):
        _ = analyses[1].result


class Damaged(BeadFrames):
    """Frames of which the 30th can't be read."""

    format = "TESTDAMAGED"

    def _read_next_timestep(self, ts: Any = None) -> Any:
        if self.ts.frame == 29:
            raise TrajectoryError("frame 30: expected numbers")
        return super()._read_next_timestep(ts)


@pytest.mark.parametrize("parallel", [False, True], ids=["serial", "2 processes"])
def test_a_frame_that_cannot_be_read_ends_the_pass(parallel: bool, processes: Processes) -> None:
    universe = water()
    universe.trajectory = Damaged(universe.trajectory._beads)
    analyses = [Step(universe, "frame 3"), Step(universe), Step(universe, "preparation")]
    one_pass(analyses, processes=processes if parallel else None)
    with pytest.raises(ZeroDivisionError, match="in frame 3"):
        _ = analyses[0].result
    with pytest.raises(TrajectoryError, match="frame 30: expected numbers"):
        _ = analyses[1].result
    with pytest.raises(ZeroDivisionError, match="in preparation"):
        _ = analyses[2].result


class UnpicklableError(Exception):
    """One that is made of more than a text, by which alone `pickle` would make it again."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


def of_two_texts(text: str) -> Exception:
    return UnpicklableError(text, "of two")


def test_exceptions_that_cannot_be_pickled_leave_the_others_alone(processes: Processes) -> None:
    universe = water()
    analyses = [Step(universe, "frame 3", of_two_texts), Step(universe)]
    one_pass(analyses, processes=processes)
    with pytest.raises(RuntimeError, match="in frame 3 of two"):
        _ = analyses[0].result
    assert analyses[1].result.metadata["frames"] == FRAMES


def test_an_analysis_that_cannot_be_pickled_leaves_what_is_not_divided(processes: Processes) -> None:
    universe = water()
    analyses = [Step(universe, "frame 3", lambda text: ValueError(text)), Reorientation(universe)]
    one_pass(analyses, processes=processes)
    with pytest.raises((AttributeError, pickle.PicklingError)):
        _ = analyses[0].result
    assert analyses[1].result.metadata["frames"] == FRAMES


def test_failure_keeps_the_traceback_on_its_way() -> None:
    try:
        Step(water(), "conclusion")._reach("conclusion")
    except ZeroDivisionError as error:
        failure = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(Failure(error)))))
    with pytest.raises(ZeroDivisionError) as caught:
        failure.throw()
    assert "_reach" in str(caught.value.__cause__)


class Deadly(Step):
    """Takes its process with it."""

    def _sample(self) -> Array:
        import os

        os._exit(1)


def test_a_process_that_dies_leaves_what_is_not_divided(processes: Processes) -> None:
    universe = water()
    analyses = [Deadly(universe), Step(universe), Reorientation(universe)]
    one_pass(analyses, processes=processes)
    for each in analyses[:2]:
        with pytest.raises(EvaluationError, match="a worker process died"):
            _ = each.result
    assert analyses[2].result.metadata["frames"] == FRAMES


@pytest.mark.parametrize("parallel", [False, True], ids=["serial", "2 processes"])
def test_progress_goes_to_the_end(parallel: bool, processes: Processes) -> None:
    universe = water()
    told: list[tuple[int, int]] = []
    one_pass(
        [Step(universe), Reorientation(universe)],
        *CHOICE,
        processes=processes if parallel else None,
        progress=lambda *how_far: told.append(how_far),
    )
    total = len(range(*CHOICE)) * (2 if parallel else 1)
    assert told[-1] == (total, total)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert {total for _, total in told} == {total}


class Swapping(MemoryReader):
    """Frames the second of which has atoms of changed kinds, as our reader of dumps tells them."""

    format = "TESTSWAPPING"
    kinds_may_change = False

    def _read_next_timestep(self, ts: Any = None) -> Any:
        found = super()._read_next_timestep(ts)
        found.data.pop("like_first", None)
        if found.frame == 1:
            if not self.kinds_may_change:
                raise self.kinds_changed(1)
            found.data["like_first"] = np.arange(len(found.positions))[::-1]
        return found

    def kinds_changed(self, frame: int) -> NotApplicableError:
        return NotApplicableError(f"expected the same types, got others in frame {frame}")


@pytest.mark.parametrize("first", [0, 1])
def test_changed_kinds_are_for_those_alone_that_take_them(first: int) -> None:
    universe = water()
    generator = np.random.default_rng(5)
    frames = generator.uniform(0, 6.4, size=(4, 3 * MOLECULES, 3)).astype(np.float32)
    universe.trajectory = Swapping(frames, dimensions=[6.4, 6.4, 6.4, 90, 90, 90])
    analyses: list[UniverseAnalysis] = [Rdf(universe, bin_width=0.5), Step(universe)]
    one_pass(analyses[::-1] if first else analyses)
    assert_same(analyses[0].result, Rdf(universe, bin_width=0.5).run().result)
    with pytest.raises(NotApplicableError, match="got others in frame 1"):
        _ = analyses[1].result
    assert not universe.trajectory.kinds_may_change


def test_analyses_of_several_universes_are_refused() -> None:
    with pytest.raises(ValueError, match="`analyses`"):
        one_pass([Step(water()), Step(water())])
    one_pass([])


def test_what_is_derived_cannot_be_written_to() -> None:
    class Writer(Step):
        def _sample(self) -> Array:
            self._snapshot.beads[:] = 0.0
            return np.ones(1)

    universe = water()
    writer, gyration = Writer(universe), Gyration(universe)
    one_pass([writer, gyration])
    with pytest.raises(ValueError, match="read-only"):
        _ = writer.result
    assert_same(gyration.result, Gyration(universe).run().result)


def test_derived_once_for_each_frame() -> None:
    calls: list[int] = []

    class Deriving(Step):
        def _sample(self) -> Array:
            return self._snapshot.once("double", partial(self._doubled, self._ts.frame))

        def _doubled(self, frame: int) -> Array:
            calls.append(frame)
            return np.array([2.0 * frame])

    universe = water()
    analyses = [Deriving(universe), Deriving(universe)]
    one_pass(analyses, stop=5)
    assert calls == list(range(5))
    assert analyses[1].results.sums.sum() == 20.0
