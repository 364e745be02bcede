"""Observers of the equivariant features that a model marks, in Python or inside a model file.

A network marks features with `torch.ops.tumble.features(x, layer, irreps, layout)`, which returns `x`; see
`csrc/operators/features.h`. TorchScript keeps the mark, so a model file can be observed wherever Python evaluates it:

    def record(x, layer, irreps, layout):
        norms[layer] = x.norm()
        return x

    with observed(record):
        potential.evaluate(graph)
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import torch
from torch import Tensor

import tumble._core  # noqa: F401 - it registers the operators
from tumble.interruption import signals_deferred

#: Function of features [N, dim], their layer, irreps and layout, that returns what goes on in their place.
Observer: TypeAlias = Callable[[Tensor, str, str, str], Tensor]

_lock = threading.Lock()
_observers: tuple[Observer, ...] = ()  # replaced as a whole, so that a call sees a consistent one


@contextmanager
def observed(observer: Observer) -> Iterator[None]:
    """Pass all features that any model of this process marks to a function, and continue with what it returns.

    Derivatives go through what the observer does. Models that run in other threads meanwhile are observed, too. Of
    nested observers the inner one comes first, and the outer one gets its result. If the observer raises an exception,
    the evaluation ends with an error of TorchScript or the core; the context then raises the observer's own.

    Ctrl-C, and signals that ask the process to end, take effect at the end of the context: within an evaluation their
    exception would come up in the observer, and the model would seem to have failed.

    Args:
        observer: Function that must not change its tensor in place.
    """
    global _observers
    failures: list[BaseException] = []

    def noting_failures(x: Tensor, layer: str, irreps: str, layout: str) -> Tensor:
        try:
            return observer(x, layer, irreps, layout)
        except BaseException as failure:  # to raise it again where TorchScript can't lose it
            failures.append(failure)
            raise

    with _lock:
        _observers = (noting_failures, *_observers)
    torch.ops.tumble.observe_features(1)
    try:
        with signals_deferred("tumble: ending after this evaluation") as pending:
            yield
    except Exception as error:
        pending.deliver()
        if failures and error is not failures[-1]:
            raise failures[-1] from error
        raise
    finally:
        torch.ops.tumble.observe_features(-1)
        with _lock:
            _observers = tuple(each for each in _observers if each is not noting_failures)
    pending.deliver()


def _observe(x: Tensor, layer: str, irreps: str, layout: str) -> Tensor:
    for observer in _observers:
        x = observer(x, layer, irreps, layout)
    return x


# Registered once and for good: changing the table of an operator isn't safe while other threads call it.
_implementation = torch.library.Library("tumble", "IMPL")  # type: ignore[no-untyped-call]
_implementation.impl("observed_features", _observe, "CompositeImplicitAutograd")  # type: ignore[no-untyped-call]
