"""What isn't public of MDAnalysis is still there."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from MDAnalysis.analysis.base import AnalysisBase
from MDAnalysis.coordinates.base import ReaderBase
from MDAnalysis.coordinates.DCD import DCDReader
from MDAnalysis.coordinates.XTC import XTCReader
from support.trajectories import EVERY, FIRST, FRAMES

from tumble.trajectories.mdanalysis_parts import (
    dcd_header,
    dcd_rest,
    formats,
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


def test_methods_that_subclasses_here_use() -> None:
    for name in ("_setup_computation_groups", "_get_aggregator", "_single_frame", "_prepare", "_conclude"):
        assert callable(getattr(AnalysisBase, name))
    assert ReaderBase._Timestep.__name__ == "Timestep"
