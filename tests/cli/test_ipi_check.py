"""`tumble ipi-check`: page, file, exit status and errors."""

from __future__ import annotations

import json

import pytest
from support.command_line import run
from support.ipi_inputs import write_input

pytest.importorskip("ipi")
QUICK = ["--device", "cpu", "--check", "no"]


def test_page_and_file(capsys, model_file, tmp_path) -> None:
    xml = write_input(tmp_path, [("units='kelvin'> 300 </temperature>", "units='kelvin'> 900 </temperature>")])
    found = tmp_path / "found.json"
    status, out, err = run(capsys, "ipi-check", xml, model_file("pair"), *QUICK, "--json", found)
    assert (status, err) == (0, "")
    assert out.startswith(f"{xml}, model pair, i-PI 3")
    assert "warning (start): velocities are drawn at 300 K, while the ensemble has 900 K" in out
    assert "0 errors, 1 warning," in out
    document = json.loads(found.read_text())
    assert (document["format"], document["errors"], document["warnings"]) == ("tumble-ipi-check-1", 0, 1)
    # It may be replaced by another one, and by nothing else.
    assert run(capsys, "ipi-check", xml, model_file("pair"), *QUICK, "--evaluations", 0, "--json", found)[0] == 0
    status, _, err = run(capsys, "ipi-check", xml, model_file("pair"), *QUICK, "--json", xml)
    assert (status, "input.xml" in err) == (2, True)


def test_an_environment_without_ipi(capsys, model_file, tmp_path) -> None:
    options = [*QUICK, "--evaluations", 0, "--ipi-python", tmp_path / "none"]
    status, out, err = run(capsys, "ipi-check", write_input(tmp_path), model_file("pair"), *options)
    assert (status, err) == (0, "")
    assert "i-PI not asked" in out
    assert "can't be started" in out


def test_errors(capsys, model_file, tmp_path) -> None:
    xml = write_input(tmp_path, [("</timestep>", "</timestep> <timstep> 1 </timstep>")])
    status, out, err = run(capsys, "ipi-check", xml, model_file("pair"), *QUICK, "--evaluations", 0)
    assert (status, err) == (1, "")
    assert "doesn't know the element `timstep` of `dynamics`" in out


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--symmetrize", "random"], "`seed`"),
        (["--symmetrize", "cubic"], "cubic"),
        (["--connections", "0"], "`connections`: expected at least 1, got 0"),
        (["--evaluations", "-2"], "`evaluations`: expected at least 0, got -2"),
    ],
)
def test_wrong_options(capsys, model_file, tmp_path, options: list[str], text: str) -> None:
    status, _, err = run(capsys, "ipi-check", write_input(tmp_path), model_file("pair"), *QUICK, *options)
    assert (status, text in err) == (2, True)


def test_files_that_are_not_there(capsys, model_file, tmp_path) -> None:
    status, _, err = run(capsys, "ipi-check", tmp_path / "none.xml", model_file("pair"), *QUICK)
    assert (status, "none.xml" in err) == (1, True)
    status, _, err = run(capsys, "ipi-check", write_input(tmp_path), tmp_path / "none.pt", *QUICK)
    assert (status, "none.pt" in err) == (1, True)
