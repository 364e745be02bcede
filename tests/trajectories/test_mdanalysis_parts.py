"""What isn't public of MDAnalysis is still there."""

from __future__ import annotations

import copy
import warnings
from pathlib import Path
from typing import Any

import MDAnalysis
import numpy as np
import pytest
from MDAnalysis.analysis.base import AnalysisBase
from MDAnalysis.coordinates.base import ReaderBase
from MDAnalysis.coordinates.DCD import DCDReader
from MDAnalysis.coordinates.memory import MemoryReader
from MDAnalysis.coordinates.XTC import XTCReader
from support.trajectories import EVERY, FIRST, FRAMES

from tumble.trajectories.mdanalysis_parts import (
    copy_auxiliaries,
    dcd_header,
    dcd_rest,
    formats,
    frames_of_run,
    is_set_up,
    prepare_frames,
    topology_formats,
    xdr_offsets,
)


def test_formats() -> None:
    assert {"DCD", "XTC", "TRR", "PDB", "GRO", "XYZ", "NCDF"} <= formats()
    assert {"PDB", "GRO", "PSF", "TPR"} <= topology_formats()
    assert "DCD" not in topology_formats()


def test_dcd(lammps_run: Path, tmp_path: Path) -> None:
    data = (lammps_run / "x.dcd").read_bytes()
    for extra in (0, 7):
        (tmp_path / "x.dcd").write_bytes(data + b"\0" * extra)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what changes in MDAnalysis 3
            reader = DCDReader(str(tmp_path / "x.dcd"), dt=1.0)
        with reader:
            header = dcd_header(reader)
            assert (header["istart"], header["nsavc"]) == (FIRST, EVERY)
            assert "Written by LAMMPS" in str(header["remarks"])
            assert dcd_rest(reader) == extra


def test_offsets_of_xtc(lammps_run: Path) -> None:
    data = (lammps_run / "x.xtc").read_bytes()
    with XTCReader(str(lammps_run / "x.xtc")) as reader:
        offsets = xdr_offsets(reader)
    assert len(offsets) == FRAMES
    # Each frame begins with a magic number and the number of atoms.
    assert all(np.frombuffer(data, ">i4", 2, int(offset)).tolist() == [1995, 32] for offset in offsets)


class Seen(AnalysisBase):
    """The frames that `run` shows."""

    def _prepare(self) -> None:
        self.seen = []

    def _single_frame(self) -> None:
        self.seen.append(self._ts.frame)


@pytest.fixture
def reader() -> MemoryReader:
    """Ten frames of two atoms."""
    return MemoryReader(np.zeros((10, 2, 3), dtype=np.float32))


@pytest.mark.parametrize(
    ("arguments", "frames"),
    [
        ((None, None, None, None), [*range(10)]),
        ((2, 9, 3, None), [2, 5, 8]),
        ((-3, None, None, None), [7, 8, 9]),
        ((None, 100, 5, None), [0, 5]),
        ((4, 4, None, None), []),
        ((None, None, None, [1, 5, 6]), [1, 5, 6]),
        ((None, None, None, [True, *[False] * 8, True]), [0, 9]),
    ],
)
def test_frames_are_those_of_a_run(reader: MemoryReader, arguments: tuple[Any, ...], frames: list[int]) -> None:
    analysis = Seen(reader)
    assert frames_of_run(analysis, *arguments).tolist() == frames
    assert Seen(reader).run(*arguments[:3], frames=arguments[3]).seen == frames


def test_frames_and_a_range(reader: MemoryReader) -> None:
    with pytest.raises(ValueError, match="frames"):
        frames_of_run(Seen(reader), 1, None, None, [1, 2])


def test_attributes_of_prepared_frames(reader: MemoryReader) -> None:
    analysis = Seen(reader)
    prepare_frames(analysis, np.array([1, 5, 6]))
    assert analysis.n_frames == 3
    assert analysis.frames.tolist() == [0, 0, 0]
    assert analysis.times.tolist() == [0.0, 0.0, 0.0]


def test_auxiliary_data_of_a_copy(reader: MemoryReader, tmp_path: Path) -> None:
    (tmp_path / "pull.xvg").write_text("".join(f"{frame}.0 {2 * frame}.0\n" for frame in range(10)))
    reader.add_auxiliary("pull", str(tmp_path / "pull.xvg"))
    duplicate = copy.copy(reader)
    duplicate.ts = reader.ts.copy()
    copy_auxiliaries(reader, duplicate)
    assert reader[4].aux.pull.tolist() == [4.0, 8.0]
    assert duplicate[7].aux.pull.tolist() == [7.0, 14.0]
    assert reader.ts.aux.pull.tolist() == [4.0, 8.0]
    assert reader.get_aux_attribute("pull", "step") == 4


def test_reader_that_failed_before_its_base_class(reader: MemoryReader) -> None:
    assert is_set_up(reader)
    assert not is_set_up(MemoryReader.__new__(MemoryReader))


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (AnalysisBase, "_setup_computation_groups"),
        (AnalysisBase, "_prepare_sliced_trajectory"),
        (AnalysisBase, "_get_aggregator"),
        (AnalysisBase, "_single_frame"),
        (AnalysisBase, "_prepare"),
        (AnalysisBase, "_conclude"),
        (ReaderBase, "_Timestep"),
        (MDAnalysis, "_READERS"),
        (MDAnalysis, "_PARSERS"),
    ],
)
def test_what_is_used_is_still_there(owner: Any, name: str) -> None:
    """The tests above show what each is for."""
    assert hasattr(owner, name), f"MDAnalysis {MDAnalysis.__version__} has no `{owner.__name__}.{name}`"
