"""Probes of ASE calculators: those of a model against the model itself, and errors known in closed form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import planted
from support.systems import systems

from tumble.audit.source import CalculatorSource
from tumble.errors import CalculatorError, ConfigurationError
from tumble.probe import Options, Probe, probe

OPTIONS = Options(("none", "none+inversion", "tetrahedral", "legendre:2", "random:2"), "octahedral+inversion", 2, 1, 5)
MODULE = """
import tumble

def calculator():
    return tumble.Calculator({!r}, device="cpu")
"""


@pytest.fixture
def calculator(
    model_file: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], CalculatorSource]:
    """Return a function that gives the calculator of a toy, from a module in the current folder."""
    monkeypatch.chdir(tmp_path)

    def source(toy: str) -> CalculatorSource:
        module = f"of_{toy}_{tmp_path.name}"
        Path(f"{module}.py").write_text(MODULE.format(str(model_file(toy))))
        return CalculatorSource(f"{module}:calculator")

    return source


@pytest.mark.parametrize("toy", ["harmonic", "harmonic_2"])
def test_a_model_and_its_calculator_have_the_same_errors(
    toy: str, model_file: Callable[[str], Path], calculator: Callable[[str], CalculatorSource]
) -> None:
    frames = [systems()[name] for name in ("molecule", "small", "slab")]
    expected = probe(model_file(toy), frames, OPTIONS, device="cpu").to_dict()
    found = probe(calculator(toy), frames, OPTIONS).to_dict()
    torques = {each.pop("torque") is None for group in ("sets", "random") for each in found[group]}
    assert torques == {True}  # those of a periodic structure are unknown
    for group in ("sets", "random"):
        for each in expected[group]:
            del each["torque"]
    for key in ("model", "provenance"):
        del found[key], expected[key]
    assert_close(found, expected)


def test_torques_of_molecules(model_file: Callable[[str], Path], calculator: Callable[[str], CalculatorSource]) -> None:
    frames = [systems()[name] for name in ("molecule", "isolated")]
    expected = probe(model_file("harmonic"), frames, OPTIONS, device="cpu")
    found = probe(calculator("harmonic"), frames, OPTIONS)
    for ours, theirs in zip(found.sets, expected.sets, strict=True):
        assert ours.torque is not None
        assert theirs.torque is not None
        assert ours.torque.rms == pytest.approx(theirs.torque.rms, rel=1e-9, abs=1e-12)
    assert found.sets[0].torque is not None
    assert found.sets[0].torque.rms > 1e-3


def assert_close(ours: Any, theirs: Any) -> None:
    if isinstance(ours, dict):
        assert ours.keys() == theirs.keys()
        for key in ours:
            assert_close(ours[key], theirs[key])
    elif isinstance(ours, list | tuple):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            assert_close(one, other)
    else:
        assert ours == (pytest.approx(theirs, rel=1e-8, abs=1e-12) if isinstance(ours, float) else theirs)


@pytest.mark.parametrize("name", ["molecule", "small", "slab"])
def test_power_is_that_of_the_addition_theorem(name: str) -> None:
    atoms = systems()[name]
    result = probe(CalculatorSource("support.planted:both"), [atoms], Options(("none",), "lebedev:5+inversion", 0, 2))
    spectrum = result.spectrum
    assert spectrum is not None
    assert spectrum.even[2] == pytest.approx(planted.mean_square(atoms, 2), rel=1e-9)
    assert spectrum.odd[1] == pytest.approx(planted.mean_square(atoms, 1), rel=1e-9)
    assert abs(spectrum.rest) < 1e-12 * (spectrum.even_total + spectrum.odd_total)
    assert max(spectrum.even[1], spectrum.odd[0], spectrum.odd[2]) < 1e-24


def test_sets_remove_what_their_degree_says() -> None:
    sets = ("none", "none+inversion", "tetrahedral", "octahedral", "legendre:2")
    options, left = Options(sets, "icosahedral+inversion", 2, 0), {}
    for term in ("even", "odd"):
        result = probe(CalculatorSource(f"support.planted:{term}"), [systems()["small"]], options)
        left[term] = {each.name: each.forces.rms for each in (*result.sets, *result.random)}
    for name in sets[2:]:
        assert max(left["even"][name], left["odd"][name]) < 1e-15
    assert left["even"]["none+inversion"] == pytest.approx(left["even"]["none"], rel=1e-9)
    assert left["odd"]["none+inversion"] < 1e-15
    assert left["odd"]["random:2+inversion"] < 1e-15
    assert min(left["even"]["none"], left["odd"]["none"], left["even"]["random:2+inversion"]) > 1e-4


def test_broken_parity_alone() -> None:
    atoms = systems()["isolated"]
    result = probe(
        CalculatorSource("support.planted:handed"),
        [atoms],
        Options(("none", "octahedral", "none+inversion"), "tetrahedral+inversion", 0, 2),
    )
    a, b, c = atoms.positions[1:] - atoms.positions[0]
    volume = planted.ODD * a @ np.cross(b, c)
    bare, octahedral, inverted = result.sets
    assert bare.energy.rms == pytest.approx(abs(volume), rel=1e-9)
    assert octahedral.energy.rms == pytest.approx(abs(volume), rel=1e-9)
    assert inverted.energy.rms < 1e-14
    assert result.spectrum is not None
    assert result.spectrum.odd[0] == pytest.approx(volume**2, rel=1e-9)
    assert bare.torque is not None
    assert bare.torque.rms < 1e-12 < abs(volume)  # no torque sees it


def few() -> Options:
    return Options(("none",), "tetrahedral", 0, 0)


def test_processes_make_their_own_calculators() -> None:
    frames = [systems()[name] for name in ("molecule", "triclinic", "small")]
    source = CalculatorSource("support.planted:both")
    evaluated: list[int] = []
    found = probe(source, frames, few(), jobs=2, evaluated=evaluated.append)
    assert_close(found.to_dict(), probe(source, frames, few()).to_dict())
    assert sum(evaluated) == 24 + 12 + 12


def test_resume(calculator: Callable[[str], CalculatorSource], tmp_path: Path) -> None:
    frames = [systems()[name] for name in ("molecule", "small")]
    evaluated: list[int] = []

    def run(source: CalculatorSource) -> Probe:
        return probe(source, frames, few(), resume=tmp_path / "kept", evaluated=evaluated.append)

    source = calculator("harmonic")
    first = run(source)
    assert "NaN" not in (tmp_path / "kept").read_text()
    count = len(evaluated)
    again = run(source)
    assert_close(again.to_dict(), first.to_dict())
    assert len(evaluated) == count > 0
    with pytest.raises(ConfigurationError, match=r"`resume`: .*`calculator`.* differ"):
        run(CalculatorSource("support.planted:both"))
    Path(f"{source.factory.partition(':')[0]}.py").write_text("# other settings\n")
    with pytest.raises(ConfigurationError, match=r"`resume`: .*`sha256` differ"):
        run(source)


def test_provenance(tmp_path: Path) -> None:
    result = probe(CalculatorSource("support.planted:both"), [systems()["molecule"]], few())
    assert result.model == "support.planted:both"
    assert {key: result.provenance[key] for key in ("kind", "factory", "file")} == {
        "kind": "calculator",
        "factory": "support.planted:both",
        "file": planted.__file__,
    }
    assert len(result.provenance["sha256"]) == 64


@pytest.mark.parametrize("jobs", [1, 2])
def test_failures(jobs: int) -> None:
    frames = [systems()["molecule"]]
    frames[0].symbols[1] = "Ar"  # which EMT doesn't know
    with pytest.raises(CalculatorError, match=r"^structure 0: `ase\.calculators\.emt:EMT`: .*Ar"):
        probe(CalculatorSource("ase.calculators.emt:EMT"), frames, few(), jobs=jobs)
    with pytest.raises(ConfigurationError, match=r"^`calculator`: .*no_such_module:EMT"):
        probe(CalculatorSource("no_such_module:EMT"), frames, few(), jobs=jobs)
