"""`simulation.yaml`: what is written is read again, and mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tumble.errors import ConfigurationError
from tumble.simulation_file import NAME, Driver, Expect, Limits, Simulation, read_simulation, write_simulation

IPI = Simulation(
    engine="ipi",
    input="simulation.xml",
    drivers=(
        Driver(model="water", structure="water.xyz", forcefield="bare", number=2, check=False),
        Driver(model="water", structure="water.xyz", symmetrize="random+inversion", seed=0, memory=512.0),
    ),
    threads=2,
    expect=Expect(ensemble="nvt", temperature=300.0, molecules=False, limits=Limits(stretch=2.5)),
)
LAMMPS = Simulation(engine="lammps", input="in.water", variables={"steps": "1000", "model": "water"}, ranks=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("simulation.xml", "water.xyz", "in.water"):
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize("simulation", [IPI, LAMMPS], ids=lambda each: each.engine)
def test_what_is_written_is_read_again(folder: Path, simulation: Simulation) -> None:
    assert write_simulation(simulation, folder) == folder / NAME
    assert read_simulation(folder) == simulation


def test_defaults_are_not_written(folder: Path) -> None:
    text = write_simulation(LAMMPS, folder).read_text().splitlines()
    assert text[1:] == [
        "engine: lammps",
        "input: in.water",
        "variables:",
        "  steps: '1000'",
        "  model: water",
        "ranks: 2",
    ]


def test_numbers_are_variables(folder: Path) -> None:
    (folder / NAME).write_text("engine: lammps\ninput: in.water\nvariables: {steps: 1000, set: random}\n")
    assert read_simulation(folder).variables == {"steps": "1000", "set": "random"}


def test_arguments_are_those_of_the_driver() -> None:
    bare, averaged = IPI.drivers
    assert bare.arguments() == ["water", "--structure", "water.xyz", "--check", "no"]
    words = ["water", "--structure", "water.xyz", "--symmetrize", "random+inversion", "--seed", "0", "--memory", "512"]
    assert averaged.arguments() == words


def test_all_options_of_the_driver_are_known(capsys: pytest.CaptureFixture[str]) -> None:
    """The command line and the file have the same options."""
    from tumble.cli import build_parser

    with pytest.raises(SystemExit):
        build_parser().parse_args(["drive", "--help"])
    listed = capsys.readouterr().out
    known = Driver.__dataclass_fields__.keys() - {"model", "forcefield", "number"}
    for name in known:
        assert f"--{name.replace('_', '-')}" in listed


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("engine: gromacs\ninput: in.water", r"`engine`: .*got `gromacs`"),
        ("engine: lammp\ninput: in.water", r"`engine`: .*did you mean `lammps`"),
        ("engine: ipi\ninput: simulation.xml", r"`drivers`: expected at least one"),
        ("engine: lammps\ninput: missing", r"`input`: expected a file, found no .*missing"),
        ("engine: lammps\ninput: in.water\nrank: 2", r"got `rank`.*did you mean `ranks`"),
        ("engine: lammps\ninput: in.water\nthreads: 0", r"`threads`: expected at least 1, got 0"),
        ("engine: lammps\ninput: in.water\nvariables: {a: [1]}", r"`variables\.a`: .*got \[1\]"),
        (
            "engine: lammps\ninput: in.water\ndrivers: [{model: a, structure: water.xyz}]",
            r"`drivers`: expected no such",
        ),
        ("engine: lammps\ninput: in.water\nexpect: {ensemble: nph}", r"`expect`: `ensemble`: .*got `nph`"),
        ("engine: ipi\ninput: simulation.xml\ndrivers: [{model: a}]", r"`drivers\[0\]`: .*`structure`, got none"),
        ("engine: ipi\ninput: simulation.xml\ndrivers: [{model: a, structure: b}]", r"structure`: .*found no .*b"),
        ("engine: lammps\ninput: in.water\nexpect: {limits: {drift: 0}}", r"`drift`: expected more than 0, got 0"),
        ("engine: lammps\ninput: in.water\nexpect: {limits: {temperature: -5}}", r"`temperature`: .*got -5"),
        ("engine: lammps\ninput: in.water\nexpect: {limits: {stretch: 0.5}}", r"`stretch`: expected more than 1"),
        ("engine: lammps\ninput: in.water\npartitions: 8x", r"`partitions`: .*got `8x`"),
        ("engine: lammps\ninput: in.water\npartitions: '0x1'", r"`partitions`: .*got `0x1`"),
        ("engine: lammps\ninput: in.water\npartitions: ' '", r"`partitions`: .*got none"),
        ("engine: lammps\ninput: in.water\npartitions: 8x1\nranks: 8", r"`ranks`: expected no such key"),
        ("- engine", r"expected a mapping"),
        ("engine: [", r"expected YAML"),
    ],
)
def test_mistakes(folder: Path, text: str, message: str) -> None:
    (folder / NAME).write_text(text)
    with pytest.raises(ConfigurationError, match=message):
        read_simulation(folder)


def test_ranks_of_partitions() -> None:
    simulation = Simulation(engine="lammps", input="in.water", partitions="2x1 3")
    assert simulation.ranks_of_partitions == (1, 1, 3)
    assert LAMMPS.ranks_of_partitions == ()


def test_without_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"simulation\.yaml`: .*No such file"):
        read_simulation(tmp_path)
