"""Results of runs that were never run, with everything that a figure or a report can show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tumble.observables.quantities.quantity import Axis, Quantity
from tumble.observables.quantities.result import Result
from tumble.study.analysis_file import Analysis

BLOCKS = 12


def number(value: float, error: float = 0.02, *, name: str = "mu", label: str = "⟨|μ|⟩", unit: str = "D") -> Quantity:
    return Quantity(name, label, unit, (), np.array(value), np.array(error))


def curve(points: int = 80, *, bias: float = 0.0, unit: str = "Å") -> Quantity:
    places = np.linspace(0.05, 8, points)
    values = 1 / (1 + np.exp(-6 * (places - 2.7))) + 2 * np.exp(-20 * (places - 2.8) ** 2) + bias * np.sin(places)
    return Quantity("g_OO", "g(r), O–O", "1", (Axis("r", unit, places),), values, np.full(points, 0.02))


def coefficients(count: int = 24) -> Quantity:
    zeros = np.zeros(count)
    axis = Axis("number of (l, m)", "1", np.arange(count, dtype=np.float64))
    return Quantity("a_lm", "a_lm", "1", (axis,), zeros + 0.01, zeros + 0.02, expected=zeros)


def sphere(*, bias: float = 0.0) -> Quantity:
    cosines, angles = np.arange(-0.9, 1, 0.2), np.arange(9.0, 360, 18)
    values = 1 + bias * cosines[:, None] * np.cos(np.radians(angles)) + np.zeros((len(cosines), len(angles)))
    axes = (Axis("cos θ", "1", cosines), Axis("φ", "°", angles))
    return Quantity(
        "density", "density", "1", axes, values, np.full(values.shape, 0.03), expected=np.ones(values.shape)
    )


def series(points: int = 500, size: float = 1.0) -> Quantity:
    values = size * np.abs(np.random.default_rng(1).normal(size=points))
    axis = Axis("t", "ps", 0.1 * np.arange(points))
    return Quantity("torque_t", "|τ|", "meV/rad", (axis,), values, np.full(points, np.nan), diagnostic=True)


def sampled(quantity: Quantity, seed: int) -> Quantity:
    """With blocks that scatter as the error says."""
    noise = np.random.default_rng(seed).normal(size=(BLOCKS, *quantity.values.shape))
    blocks: NDArray[np.float64] = quantity.values + np.sqrt(BLOCKS) * quantity.errors * (noise - noise.mean(axis=0))
    return replace(quantity, blocks=blocks, correlation_time=0.31, block_time=1.3)


def analysis(name: str, *, bias: float = 0.0, seed: int = 1, symmetrize: str = "none", **provenance: Any) -> Analysis:
    metadata = {"frames": 2000, "time_ps": [0.0, 25.0]}
    unresolved = replace(sampled(number(78, 9, name="epsilon", label="ε <0>", unit="1"), seed + 3), resolved=False)
    torque = replace(number(30 * bias + 0.3, name="torque", label="|τ|, rms", unit="meV/rad"), diagnostic=True)
    results = (
        Result("rdf", (sampled(curve(bias=0.1 * bias), seed),), metadata, ("Up to half the box.",)),
        Result("orientation", (sampled(sphere(bias=bias), seed + 1), sampled(coefficients(), seed + 2)), metadata),
        Result(
            "dipole", (sampled(number(2.953, 0.021), seed + 4), number(0.5, np.nan, name="x", label="x"), unresolved)
        ),
        Result("symmetry", (series(size=30 * bias + 0.3), sampled(torque, seed + 5)), metadata),
    )
    known = {
        "engine": "LAMMPS",
        "ensemble": "NVT",
        "temperature_K": 300.0,
        "beads": 32,
        "timestep_fs": 0.5,
        "length_ps": 25.0,
        "model": {"name": "water", "path": "/models/water.pt", "sha256": "0123abcd" * 8},
        "symmetrize": symmetrize,
        "versions": {"tumble": "0.5.0", "numpy": "2.4.1"},
        "inputs": {"in.water": 'pair_style tumble # <b> & "more"\n'},
        "files": {"traj.dump": {"size": 1234, "modified_ns": 0, "sha256": None}},
        "skipped": {"msd": "3 frames are too few"},
    }
    return Analysis(name, results, known | provenance)
