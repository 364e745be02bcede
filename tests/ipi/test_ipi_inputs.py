"""The inputs of i-PI that are meant to be copied, for a few steps of a real server with the shipped model."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from support.ipi_runs import BIN, Program, start_driver, unix_endpoint

INPUTS = Path(__file__).parents[2] / "inputs" / "ipi"

pytestmark = pytest.mark.timeout(600)


def run(
    folder: Path, name: str, structure: str, options: list[list[str]], beads: int, steps: int
) -> dict[str, np.ndarray]:
    """Run with so many beads and steps, and one driver with its options for each address; columns of the properties."""
    text = (INPUTS / f"water-{name}.xml").read_text()
    planned = text.split("nbeads='")[1].split("'")[0]
    addresses = re.findall(r"<address> (\S+) <", text)
    endpoints = [unix_endpoint() for _ in addresses]
    for old, new in [
        *((f" {address} <", f" {endpoint.unix} <") for address, endpoint in zip(addresses, endpoints, strict=True)),
        (f"nbeads='{planned}'", f"nbeads='{beads}'"),
    ]:
        assert text.count(old) == 1
        text = text.replace(old, new)
    text = re.sub(r"<total_steps> \d+ <", f"<total_steps> {steps} <", text)
    text = text.replace("stride='5'", "stride='1'").replace(f"<batch_size> {planned} <", f"<batch_size> {beads} <")
    (folder / "input.xml").write_text(text)
    (folder / structure).write_text((INPUTS / structure).read_text())
    with ExitStack() as stack:
        server = stack.enter_context(Program(folder, [BIN / "i-pi", "input.xml"], "server.log"))
        drivers = [
            start_driver(folder, Path("water"), endpoint, *words, structure=structure)
            for endpoint, words in zip(endpoints, options, strict=True)
        ]
        for driver in drivers:
            stack.enter_context(driver)
        for driver in drivers:
            assert driver.wait() == 0, driver.output
        assert server.wait() == 0, server.output
    lines = (folder / "simulation.properties").read_text().splitlines()
    names = [line.split("-->")[1].split(":")[0].strip() for line in lines if line.startswith("#")]
    return {name.split("{")[0]: column for name, column in zip(names, np.loadtxt(lines).T, strict=True)}


def conserved(found: dict[str, np.ndarray]) -> None:
    assert np.ptp(found["conserved"]) < 0.05 * np.ptp(found["potential"])
    np.testing.assert_allclose(found["kinetic_cv(O)"] + found["kinetic_cv(H)"], found["kinetic_cv"], rtol=1e-6)


@pytest.mark.parametrize(("name", "structure"), [("molecule", "water1.xyz"), ("liquid", "water64.xyz")])
def test_constant_volume(tmp_path: Path, name: str, structure: str) -> None:
    conserved(run(tmp_path, name, structure, [[]], beads=2, steps=3))


@pytest.mark.parametrize(
    ("name", "structure", "rotations"),
    [
        ("molecule-mts", "water1.xyz", "octahedral"),
        pytest.param("liquid-mts", "water64.xyz", "tetrahedral", marks=pytest.mark.extended),
    ],
)
def test_multiple_time_stepping(tmp_path: Path, name: str, structure: str, rotations: str) -> None:
    """With fewer beads than the batch is for, and both frame torques."""
    options = [[], ["--symmetrize", rotations, "--mode", "correction"]]
    conserved(run(tmp_path, name, structure, options, beads=2, steps=2))
    torques = [np.loadtxt(tmp_path / f"simulation.{kind}_0") for kind in ("torque", "bare_torque")]
    assert np.linalg.norm(torques[0]) < 0.5 * np.linalg.norm(torques[1])


def test_constant_pressure(tmp_path: Path) -> None:
    found = run(tmp_path, "liquid-npt", "water64.xyz", [[]], beads=1, steps=4)
    assert np.ptp(found["volume"]) > 0.0
    np.testing.assert_allclose(found["density"][0], 1.0, atol=0.005)  # g/cm3, that of the box
    assert np.ptp(found["conserved"]) < 0.05


def test_cluster(tmp_path: Path) -> None:
    found = run(tmp_path, "cluster", "water8.xyz", [["--periodic", "none"]], beads=2, steps=4)
    conserved(found)
