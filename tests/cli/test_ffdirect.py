"""The block is read by i-PI's own reader; tests/ipi/test_ipi_pes.py runs such blocks."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from ase import Atoms

from tumble.cli import main
from tumble.ipi_parameters import IpiParameters, read_parameters

ModelFile = Callable[[str], Path]


@pytest.fixture
def structure(tmp_path: Path) -> Path:
    path = tmp_path / "start & end.xyz"
    Atoms("OH2", [[0, 0, 0], [0.8, 0.6, 0], [-0.8, 0.6, 0]]).write(path, format="extxyz")
    return path


def test_ipi_reads_the_block(model_file: ModelFile, structure: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reader = pytest.importorskip("ipi.utils.io.inputs.io_xml")
    model = model_file("pair")
    options = ["--batch-size", "8", "--symmetrize", "random:2", "--seed", "5", "--periodic", "none", "--name", "it's"]
    assert main(["ffdirect", str(model), "--structure", str(structure), *options]) == 0
    ((tag, block),) = reader.xml_parse_string(capsys.readouterr().out).fields
    assert (tag, block.attribs) == ("ffdirect", {"name": "it's", "threaded": "True"})
    found = {name: node.fields[0][1].strip() for name, node in block.fields if name != "_text"}
    assert Path(found["pes_path"]).name == "ipi_pes.py"
    assert Path(found["pes_path"]).is_file()
    assert (found["pes"], found["batch_size"]) == ("custom", "8")
    parameters = read_parameters(reader.read_dict(found["parameters"]))
    assert parameters == IpiParameters(str(model), str(structure), "none", "random:2", seed=5)


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (["--symmetrize", "cubic"], 2, "`symmetrize`: .*got `cubic`"),
        (["--batch-size", "0"], 2, "`--batch-size`: expected a number from 1, got 0"),
        (["--device", "cpu, x"], 2, "`device`: expected text without commas"),
    ],
)
def test_wrong_options(
    model_file: ModelFile,
    structure: Path,
    options: list[str],
    status: int,
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        found = main(["ffdirect", str(model_file("pair")), "--structure", str(structure), *options])
    except SystemExit as ending:
        found = ending.code
    assert found == status
    assert re.search(message, capsys.readouterr().err)


def test_element_that_the_model_lacks(
    tmp_path: Path, model_file: ModelFile, capsys: pytest.CaptureFixture[str]
) -> None:
    Atoms("He").write(tmp_path / "he.xyz")
    assert main(["ffdirect", str(model_file("pair")), "--structure", str(tmp_path / "he.xyz")]) == 1
    assert "He" in capsys.readouterr().err
