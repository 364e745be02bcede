"""Sizes of outputs, against what i-PI writes; `tests/new/test_folder.py` compares them with those of whole runs."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

from tumble.runs.ipi.input import read_ipi_system
from tumble.runs.ipi.sizes import sizes_of

INPUT = """
<simulation> <total_steps> 1000 </total_steps>
  <output prefix='out'>
    <properties filename='md' stride='10'> [ step, conserved ] </properties>
    <trajectory filename='pos' stride='10'> positions </trajectory>
    <trajectory filename='some' stride='10' bead='-4'> positions </trajectory>
    <trajectory filename='centroid' stride='100'> x_centroid </trajectory>
    <trajectory filename='torque' stride='10' extra_type='torque'> extras </trajectory>
  </output>
  <system> <initialize nbeads='8'/> </system>
</simulation>
"""


def test_lines_of_ipi(tmp_path) -> None:
    """An atom of an xyz file has as many bytes as the estimate takes."""
    printer = pytest.importorskip("ipi.utils.io.backends.io_xyz").print_xyz
    atoms, cell = pytest.importorskip("ipi.engine.atoms").Atoms(10), pytest.importorskip("ipi.engine.cell").Cell()
    cell.h = np.eye(3)
    with (tmp_path / "out.xyz").open("w") as file:
        printer(atoms, cell, file)
    lines = (tmp_path / "out.xyz").read_text().splitlines(keepends=True)
    assert {len(line) for line in lines[2:]} == {48}


def test_files_of_beads_count_each() -> None:
    root = ElementTree.fromstring(INPUT)
    sizes = sizes_of(read_ipi_system(Path("in.xml"), root, root.find("system")), 100)
    frame = 48 * 100 + 120
    assert sizes["out.pos"] == 8 * 101 * frame
    assert sizes["out.some"] == 2 * 101 * frame
    assert sizes["out.centroid"] == 11 * frame
    assert sizes["out.torque"] == 8 * 101 * 81
    assert sizes["out.md"] == 100 * 2 * 17
