# Without `from __future__ import annotations`: TorchScript reads the annotations of the networks.
import copy
import io
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch
from torch import Tensor

import tumble
from tumble.features import Observer, observed
from tumble.interruption import signals_interrupt
from tumble.torchscript import script, torchscript_warnings_silenced

LIBRARY = Path(tumble.__file__).parent / "lib" / "libtumble_operators.so"


class Marked(torch.nn.Module):
    """y = sum (w x)^2, with features w x in a layer "first" and their squares in "second"."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64))

    def forward(self, x: Tensor) -> Tensor:
        first = torch.ops.tumble.features(self.weight * x, "first", "1x1o", "mul_ir")
        second = torch.ops.tumble.features(first.square(), "second", "3x0e", "ir_mul")
        return second.sum()


def loaded(network: torch.nn.Module) -> torch.nn.Module:
    archive = io.BytesIO()
    with torchscript_warnings_silenced():
        torch.jit.save(script(copy.deepcopy(network).eval()), archive)
        archive.seek(0)
        return torch.jit.load(archive)


@pytest.fixture(params=["eager", "frozen and loaded"])
def network(request: pytest.FixtureRequest) -> torch.nn.Module:
    return Marked() if request.param == "eager" else loaded(Marked())


def points() -> Tensor:
    return torch.tensor([[0.5, -1.0, 2.0], [0.1, 0.2, 0.3]], dtype=torch.float64, requires_grad=True)


def test_without_an_observer_it_is_the_tensor_itself() -> None:
    x = points()
    assert torch.ops.tumble.features(x, "", "not irreps", "no layout") is x


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64, torch.int64, torch.complex64])
def test_it_takes_any_type_and_shape(dtype: torch.dtype) -> None:
    for shape in ((0, 4), (2, 3, 4), ()):
        x = torch.zeros(shape, dtype=dtype)
        assert torch.ops.tumble.features(x, "a", "4x0e", "mul_ir") is x
    meta = torch.empty(5, device="meta")
    assert torch.ops.tumble.features(meta, "a", "5x0e", "mul_ir").device.type == "meta"


def test_an_observer_sees_what_the_model_marks(network: torch.nn.Module) -> None:
    x, seen = points(), []
    with observed(lambda f, *words: (seen.append((f.detach().clone(), *words)), f)[1]):
        network(x)
    assert [words[1:] for words in seen] == [("first", "1x1o", "mul_ir"), ("second", "3x0e", "ir_mul")]
    expected = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64) * x.detach()
    assert torch.equal(seen[0][0], expected)
    assert torch.equal(seen[1][0], expected**2)
    with observed(lambda f, *_: f):
        network(x)
    assert len(seen) == 2


def test_derivatives_pass_through(network: torch.nn.Module) -> None:
    """d/dx sum (w x)^2 = 2 w^2 x, and of a half of the features a quarter of that."""
    exact = 2.0 * torch.tensor([1.0, 4.0, 9.0], dtype=torch.float64) * points().detach()
    for observer, factor in ((None, 1.0), (lambda f, *_: f, 1.0), (_halved_first, 0.25)):
        x = points()
        if observer is None:
            y = network(x)
        else:
            with observed(observer):
                y = network(x)
        (gradient,) = torch.autograd.grad(y, x)
        torch.testing.assert_close(gradient, factor * exact)


def _halved_first(f: Tensor, layer: str, irreps: str, layout: str) -> Tensor:
    return 0.5 * f if layer == "first" else f


def test_an_observer_may_return_features_without_history(network: torch.nn.Module) -> None:
    x = points()
    with observed(lambda f, layer, *_: f.detach() if layer == "first" else f):
        assert not network(x).requires_grad


def test_the_inner_observer_comes_first(network: torch.nn.Module) -> None:
    order: list[str] = []

    def scaling(name: str, number: float) -> Observer:
        def observer(f: Tensor, layer: str, irreps: str, layout: str) -> Tensor:
            order.append(f"{name} {layer}")
            return f if layer == "first" else number * f

        return observer

    x = points()
    plain = network(x).item()
    with observed(scaling("outer", 2.0)):
        with observed(scaling("inner", 5.0)):
            assert network(x).item() == pytest.approx(10.0 * plain)
        assert order == ["inner first", "outer first", "inner second", "outer second"]
        assert network(x).item() == pytest.approx(2.0 * plain)
    assert network(x).item() == plain


def test_the_exception_of_an_observer_is_raised(network: torch.nn.Module) -> None:
    def failing(f: Tensor, layer: str, irreps: str, layout: str) -> Tensor:
        raise ZeroDivisionError(f"in {layer}")

    x = points()
    with pytest.raises(ZeroDivisionError, match="in first"), observed(failing):
        network(x)
    assert network(x).item() > 0.0  # nobody observes any more
    with pytest.raises(KeyError, match="mine"), observed(lambda f, *_: f):
        raise KeyError("mine")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_for_the_end_of_the_evaluation(
    network: torch.nn.Module, number: signal.Signals, capfd: pytest.CaptureFixture[str]
) -> None:
    def signaled(f: Tensor, layer: str, irreps: str, layout: str) -> Tensor:
        if layer == "first":
            os.kill(os.getpid(), number)
        return f

    found = []
    with pytest.raises(KeyboardInterrupt), signals_interrupt(), observed(signaled):
        found.append(network(points()).item())
    assert found == [network(points()).item()]
    assert capfd.readouterr().err == "\ntumble: ending after this evaluation\n"


def test_threads_may_run_while_observers_come_and_go(network: torch.nn.Module) -> None:
    x, expected = points(), network(points()).item()
    results, stop = [], threading.Event()

    def work() -> None:
        while not stop.is_set():
            results.append(network(x).item())

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(300):
        with observed(lambda f, *_: f.clone()):
            network(x)
    stop.set()
    for thread in threads:
        thread.join()
    assert results
    assert set(results) == {expected}


def test_freezing_keeps_the_marks() -> None:
    assert str(loaded(Marked()).graph).count("tumble::features") == 2


def test_a_process_without_the_module_can_only_run_the_model(tmp_path: Path) -> None:
    """LAMMPS and the driver load the library and never an observer."""
    with torchscript_warnings_silenced():
        torch.jit.save(script(Marked().eval()), tmp_path / "marked.pt")
    code = (
        "import sys, torch, warnings; warnings.simplefilter('ignore'); torch.ops.load_library(sys.argv[1]);"
        "print(torch.jit.load(sys.argv[2])(torch.ones(1, 3, dtype=torch.float64)).item(), 'tumble' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(LIBRARY), str(tmp_path / "marked.pt")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "14.0 False\n"
