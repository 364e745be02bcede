"""The inputs of i-PI that are meant to be copied, for a few steps of a real server with the shipped model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.ipi_runs import BIN, Program, start_driver, unix_endpoint

INPUTS = Path(__file__).parents[2] / "inputs" / "ipi"

pytestmark = pytest.mark.timeout(600)


def run(folder: Path, name: str, structure: str, options: list[str], beads: int, steps: int) -> dict[str, np.ndarray]:
    """Run with so many beads and steps; the columns of the properties by name."""
    endpoint = unix_endpoint()
    text = (INPUTS / f"water-{name}.xml").read_text()
    planned = text.split("nbeads='")[1].split("'")[0]
    for old, new in [
        (f" tumble-{name} <", f" {endpoint.unix} <"),
        (f"nbeads='{planned}'", f"nbeads='{beads}'"),
        (text.split("<total_steps>")[1].split("<")[0] + "<", f" {steps} <"),
    ]:
        assert text.count(old) == 1
        text = text.replace(old, new)
    text = text.replace("stride='5'", "stride='1'")
    (folder / "input.xml").write_text(text)
    (folder / structure).write_text((INPUTS / structure).read_text())
    with (
        Program(folder, [BIN / "i-pi", "input.xml"], "server.log") as server,
        start_driver(folder, Path("water"), endpoint, *options, structure=structure) as driver,
    ):
        assert driver.wait() == 0, driver.output
        assert server.wait() == 0, server.output
    lines = (folder / "simulation.properties").read_text().splitlines()
    names = [line.split("-->")[1].split(":")[0].strip() for line in lines if line.startswith("#")]
    return {name.split("{")[0]: column for name, column in zip(names, np.loadtxt(lines).T, strict=True)}


def test_constant_pressure(tmp_path: Path) -> None:
    found = run(tmp_path, "liquid-npt", "water64.xyz", [], beads=1, steps=4)
    assert np.ptp(found["volume"]) > 0.0
    np.testing.assert_allclose(found["density"][0], 1.0, atol=0.005)  # g/cm3, that of the box
    assert np.ptp(found["conserved"]) < 0.05


def test_cluster(tmp_path: Path) -> None:
    found = run(tmp_path, "cluster", "water8.xyz", ["--periodic", "none"], beads=2, steps=4)
    assert np.ptp(found["conserved"]) < 0.05
    assert {"kinetic_cv(O)", "kinetic_cv(H)"} <= set(found)
