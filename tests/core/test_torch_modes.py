"""Modes that a caller sets for work of its own change no number of a model, and are as they were afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager

import numpy as np
import pytest
import torch
from ase.build import molecule
from support.systems import systems
from support.toys import MorsePair

import tumble
from tumble._core import DefaultTorchModes
from tumble.autograd import derivatives
from tumble.structures import to_graph


@contextmanager
def default_dtype() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)


@contextmanager
def products(precision: str) -> Iterator[None]:
    torch.set_float32_matmul_precision(precision)
    try:
        yield
    finally:
        torch.set_float32_matmul_precision("highest")


@contextmanager
def of_backend(backend: object, precision: str) -> Iterator[None]:
    backend.fp32_precision = precision
    try:
        yield
    finally:
        backend.fp32_precision = "none"


MODES: dict[str, Callable[[], AbstractContextManager[object]]] = {
    "inference mode": torch.inference_mode,
    "no gradients": torch.no_grad,
    "autocast to bfloat16": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
    "autocast to float16": lambda: torch.autocast("cpu", dtype=torch.float16),
    "high precision": lambda: products("high"),
    "medium precision": lambda: products("medium"),
    "bfloat16 in mkldnn": lambda: of_backend(torch.backends.mkldnn.matmul, "bf16"),
    "TF32 on a GPU": lambda: of_backend(torch.backends.cuda.matmul, "tf32"),
    "TF32 everywhere": lambda: of_backend(torch.backends, "tf32"),
    "another default dtype": default_dtype,
}


def modes() -> dict[str, object]:
    found = {
        "inference": torch.is_inference_mode_enabled(),
        "gradients": torch.is_grad_enabled(),
        "autocast": torch.is_autocast_enabled("cpu"),
        "dtype": torch.get_default_dtype(),
        "mkldnn": torch.backends.mkldnn.matmul.fp32_precision,
        "convolutions": torch.backends.mkldnn.conv.fp32_precision,
        "cuda": torch.backends.cuda.matmul.fp32_precision,
        "all": torch.backends.fp32_precision,
    }
    try:
        found["products"] = torch.get_float32_matmul_precision()
    except RuntimeError as error:  # torch's word for a mixture of old and new settings
        found["products"] = type(error)
    return found


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("loaded", ["outside", "inside"])
def test_numbers_do_not_depend_on_modes(mode: str, loaded: str) -> None:
    """The shipped model, in float32, where autocast and reduced precision would show."""
    potential = tumble.load("water", "cpu", check=False)
    graph = to_graph([molecule("H2O")], potential.metadata.species, potential.metadata.cutoff)
    expected = potential.evaluate(graph)
    with MODES[mode]():
        before = modes()
        if loaded == "inside":
            potential = tumble.load("water", "cpu", check=False)
        found = potential.evaluate(graph)
        assert modes() == before
    again = potential.evaluate(graph)
    for result in (found, again):
        for name in ("energies", "forces", "virials", "torques", "edge_gradients"):
            np.testing.assert_array_equal(getattr(result, name), getattr(expected, name), err_msg=name)
    assert np.abs(expected.forces).max() > 0.01


def test_an_inherited_precision_follows_its_source_afterwards() -> None:
    """Settings that a mode of all backends implies must not become settings of their own."""
    potential = tumble.load("water", "cpu", check=False)
    graph = to_graph([molecule("H2O")], potential.metadata.species, potential.metadata.cutoff)
    with of_backend(torch.backends, "tf32"):
        potential.evaluate(graph)
        assert torch.backends.mkldnn.matmul.fp32_precision == "tf32"
        torch.backends.fp32_precision = "ieee"
        assert torch.backends.mkldnn.matmul.fp32_precision == "ieee"


@pytest.mark.parametrize("mode", ["high precision", "medium precision", "another default dtype"])
def test_a_thread_that_ends_first_leaves_the_modes_to_the_others(mode: str) -> None:
    """Precision and default dtype are those of the process: one evaluation must not end those of another."""
    default = modes()
    with ThreadPoolExecutor(1) as other, MODES[mode]():
        before = modes()
        first, second = DefaultTorchModes(), DefaultTorchModes()
        first.__enter__()
        other.submit(second.__enter__).result()
        first.__exit__(None, None, None)
        within = modes()
        other.submit(second.__exit__, None, None, None).result()
        assert [within[name] for name in ("products", "dtype")] == [default[name] for name in ("products", "dtype")]
        assert modes() == before


@pytest.mark.parametrize("mode", MODES)
def test_reference_values_of_an_export_do_not_depend_on_modes(mode: str) -> None:
    network = MorsePair(4.0)
    graph = to_graph([systems()["molecule"]], ["O", "H"], 4.0)
    expected = derivatives(network, graph, torch.float64, np.zeros(2))
    with MODES[mode]():
        found = derivatives(network, graph, torch.float64, np.zeros(2))
    assert found.energy == expected.energy
    np.testing.assert_array_equal(found.forces, expected.forces)
    np.testing.assert_array_equal(found.virial, expected.virial)
    assert np.abs(expected.forces).max() > 0.01
