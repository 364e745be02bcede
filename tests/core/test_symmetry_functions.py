"""The operator `tumble::symmetry_functions`: against plain loops, torch's operators and finite differences."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from ase import Atoms
from support.behler_parrinello import BOHR, NARROW, RADIAL, WIDE, Function, neighborhoods, value
from support.systems import systems
from torch import Tensor

from tumble import _core  # noqa: F401  # registers the operators
from tumble.structures import to_graph

operator = torch.ops.tumble.symmetry_functions
by_triplets = torch.ops.tumble.symmetry_functions_by_triplets

SPECIES = ("O", "H")
CUTOFF = 7.0  # Bohr
FUNCTIONS = [
    Function("O", RADIAL, ("H",), 0.2, CUTOFF),
    Function("O", RADIAL, ("O",), 0.0, 6.0, shift=1.0),
    Function("H", RADIAL, ("H",), 0.1, CUTOFF, shift=0.5),
    Function("H", RADIAL, ("H",), 0.3, CUTOFF, shift=0.5),
    Function("O", NARROW, ("H", "H"), 0.05, CUTOFF),
    Function("O", NARROW, ("H", "H"), 0.05, CUTOFF, lam=-1.0, zeta=4.0),
    Function("O", NARROW, ("H", "O"), 0.02, 6.5, shift=0.7, zeta=2.5),
    Function("O", WIDE, ("H", "O"), 0.02, 6.5, shift=0.7, lam=-1.0),
    Function("H", WIDE, ("O", "H"), 0.1, CUTOFF, zeta=16.0),
    Function("H", NARROW, ("O", "O"), 0.01, CUTOFF),
    Function("H", WIDE, ("H", "H"), 0.01, CUTOFF, lam=0.5),
]
FORMS = [(2, 0.0), (6, 0.0), *((form, 0.3) for form in range(9))]
TOLERANCE = {torch.float32: 2e-6, torch.float64: 3e-12}


class Case:
    """Arguments for a structure, in Bohr."""

    def __init__(self, atoms: Atoms, dtype: torch.dtype = torch.float64, cutoff: float = CUTOFF) -> None:
        self.atoms = atoms
        graph = to_graph([atoms], SPECIES, cutoff * BOHR)
        self.vectors = torch.from_numpy(graph.vectors / BOHR).to(dtype).requires_grad_()
        centers, neighbors = torch.from_numpy(graph.edge_index)
        self.species = torch.from_numpy(graph.species)
        self.neighbor_species = self.species[neighbors]
        self.first = torch.searchsorted(centers.contiguous(), torch.arange(len(atoms) + 1))
        own = {symbol: [f for f in FUNCTIONS if f.center == symbol] for symbol in SPECIES}
        self.columns = [own[f.center].index(f) for f in FUNCTIONS]
        places = [(*(SPECIES.index(n) for n in f.neighbors), -1)[:2] for f in FUNCTIONS]
        self.functions = torch.tensor(
            [
                [SPECIES.index(f.center), column, f.kind, *place]
                for f, column, place in zip(FUNCTIONS, self.columns, places, strict=True)
            ]
        )
        self.parameters = torch.tensor([[f.cutoff, f.eta, f.shift, f.zeta, f.lam] for f in FUNCTIONS], dtype=dtype)

    def arguments(self, form: int = 2, inner: float = 0.0) -> tuple[object, ...]:
        return (
            self.neighbor_species,
            self.first,
            self.species,
            self.functions,
            self.parameters,
            1 + max(self.columns),
            form,
            inner,
        )

    def expected(self, form: int, inner: float) -> Tensor:
        values = np.zeros((len(self.atoms), 1 + max(self.columns)))
        for i, (vectors, symbols) in enumerate(neighborhoods(self.atoms, CUTOFF)):
            for function, column in zip(FUNCTIONS, self.columns, strict=True):
                if function.center == self.atoms.symbols[i]:
                    values[i, column] = value(function, form, inner, vectors, symbols)
        return torch.from_numpy(values)


def gradient(values: Tensor, vectors: Tensor) -> Tensor:
    direction = torch.randn(values.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    (of_vectors,) = torch.autograd.grad((values * direction.to(values.dtype)).sum(), vectors)
    return of_vectors


def assert_close(ours: Tensor, theirs: Tensor, dtype: torch.dtype) -> None:
    scale = TOLERANCE[dtype] * theirs.abs().max().item()
    torch.testing.assert_close(ours.double(), theirs.double(), rtol=0.0, atol=scale)


@pytest.mark.parametrize("name", ["triclinic", "small"])
@pytest.mark.parametrize(("form", "inner"), FORMS)
def test_values_are_those_of_plain_loops(form: int, inner: float, name: str) -> None:
    expected = Case(systems()[name]).expected(form, inner)
    for dtype in TOLERANCE:
        case = Case(systems()[name], dtype)
        assert_close(operator(case.vectors, *case.arguments(form, inner)), expected, dtype)
        assert_close(by_triplets(case.vectors, *case.arguments(form, inner)), expected, dtype)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize(("form", "inner"), FORMS)
def test_gradients_are_those_of_torch_operators(form: int, inner: float, dtype: torch.dtype) -> None:
    case, double = (Case(systems()["triclinic"], t) for t in (dtype, torch.float64))
    theirs = gradient(by_triplets(double.vectors, *double.arguments(form, inner)), double.vectors)
    assert_close(gradient(operator(case.vectors, *case.arguments(form, inner)), case.vectors), theirs, dtype)


@pytest.mark.parametrize("function", [operator, by_triplets])
def test_both_derivatives_are_finite_differences(function: torch._ops.OpOverloadPacket) -> None:
    case = Case(systems()["molecule"])
    assert torch.autograd.gradcheck(lambda v: function(v, *case.arguments()), case.vectors)
    assert torch.autograd.gradgradcheck(lambda v: function(v, *case.arguments()), case.vectors)


@pytest.mark.parametrize("function", [operator, by_triplets])
def test_values_and_slopes_go_to_zero_at_the_cutoff(function: torch._ops.OpOverloadPacket) -> None:
    for form in range(1, 9):
        sizes = []
        for distance in (CUTOFF - 1e-3, CUTOFF - 1e-5, CUTOFF):
            case = Case(Atoms("HH", [[0, 0, 0], [0, 0, distance * BOHR]]), cutoff=8.0)
            values = function(case.vectors, *case.arguments(form))
            sizes.append((values.abs().max().item(), gradient(values, case.vectors).abs().max().item()))
        assert all(b <= 0.02 * a for a, b in zip(sizes[0], sizes[1], strict=True)), form
        assert sizes[2] == (0.0, 0.0), form


def test_more_neighbors_than_a_batch_and_more_triplets_than_a_part() -> None:
    case = Case(systems()["small"].repeat((2, 1, 1)), cutoff=25.0)
    case.parameters[:, 0] *= 25.0 / CUTOFF
    assert int(case.first.diff().min()) > 600
    ours, theirs = (f(case.vectors, *case.arguments()) for f in (operator, by_triplets))
    assert_close(ours, theirs, torch.float64)
    assert_close(gradient(ours, case.vectors), gradient(theirs, case.vectors), torch.float64)


def test_number_of_threads_and_repetition_do_not_matter() -> None:
    case, results = Case(systems()["liquid"], torch.float32), []
    before = torch.get_num_threads()
    try:
        for threads in (1, 3, 3):
            torch.set_num_threads(threads)
            values = operator(case.vectors, *case.arguments())
            results.append((values, gradient(values, case.vectors)))
    finally:
        torch.set_num_threads(before)
    for values, of_vectors in results[1:]:
        assert torch.equal(values, results[0][0])
        assert torch.equal(of_vectors, results[0][1])


@pytest.mark.parametrize("function", [operator, by_triplets])
def test_atoms_without_neighbors_or_functions(function: torch._ops.OpOverloadPacket) -> None:
    case = Case(Atoms("OH", [[0, 0, 0], [50, 0, 0]]))
    assert torch.equal(function(case.vectors, *case.arguments()), torch.zeros(2, 6, dtype=torch.float64))
    case = Case(systems()["molecule"])
    case.species = case.species + 2
    values = function(case.vectors, *case.arguments())
    assert torch.equal(values, torch.zeros(3, 6, dtype=torch.float64))
    assert torch.equal(gradient(values, case.vectors), torch.zeros_like(case.vectors))
    nothing = torch.zeros(0, dtype=torch.long)
    empty = function(torch.zeros(0, 3), nothing, torch.zeros(1, dtype=torch.long), nothing, *case.arguments()[3:])
    assert empty.shape == (0, 6)


@pytest.mark.parametrize("function", [operator, by_triplets])
def test_no_functions_give_zeros_with_derivatives(function: torch._ops.OpOverloadPacket) -> None:
    """As those of an element of a larger potential, of whose functions all have other neighbors."""
    case = Case(systems()["molecule"])
    case.functions, case.parameters = case.functions[:0], case.parameters[:0]
    values = function(case.vectors, *case.arguments())
    assert torch.equal(values, torch.zeros(3, 6, dtype=torch.float64))
    (once,) = torch.autograd.grad(values.sum(), case.vectors, create_graph=True)
    (twice,) = torch.autograd.grad(once.sum(), case.vectors)
    assert torch.equal(once, torch.zeros_like(once))
    assert torch.equal(twice, torch.zeros_like(twice))


def test_many_species() -> None:
    """Centers of two of 40 species, which have neighbors of all."""
    case, count = Case(systems()["molecule"]), 40
    pairs = [(a, b) for a in range(count) for b in range(count)]
    case.functions = torch.tensor(
        [row for a, b in pairs for row in ((a, b, 2, b, -1), (a, count, 3, b, (b + 1) % count))]
    )
    case.parameters = torch.tensor([CUTOFF, 0.1, 0.0, 1.0, 1.0]).expand(len(case.functions), 5)
    draw = torch.Generator().manual_seed(2)
    case.vectors = torch.randn(3 * count, 3, generator=draw, dtype=torch.float64).requires_grad_()
    case.species, case.first = torch.tensor([39, 3]), torch.tensor([0, count, 3 * count])
    case.neighbor_species = torch.arange(3 * count) % count
    case.columns = [count]
    ours, theirs = (f(case.vectors, *case.arguments()) for f in (operator, by_triplets))
    assert (ours[:, :count] > 0).all()
    assert_close(ours, theirs, torch.float64)
    assert_close(gradient(ours, case.vectors), gradient(theirs, case.vectors), torch.float64)


def test_two_neighbors_in_one_place_have_finite_gradients() -> None:
    vectors = torch.tensor([[1.0, 2.0, 0.5], [1.0, 2.0, 0.5]], dtype=torch.float64, requires_grad=True)
    case = Case(systems()["molecule"])
    one, two = torch.tensor([0, 2]), torch.tensor([1, 1])
    for function in (operator, by_triplets):
        values = function(vectors, two, one, torch.tensor([0]), *case.arguments()[3:])
        assert gradient(values, vectors).isfinite().all()


def test_not_finite_stays_not_finite() -> None:
    case = Case(systems()["molecule"])
    vectors = case.vectors.detach().clone()
    vectors[0, 1] = float("nan")
    assert operator(vectors, *case.arguments())[0].isnan().any()


def test_vectors_that_are_not_contiguous() -> None:
    case = Case(systems()["triclinic"])
    columns = case.vectors.detach().t().contiguous().t().requires_grad_()
    ours, theirs = operator(columns, *case.arguments()), operator(case.vectors, *case.arguments())
    assert not columns.is_contiguous()
    assert torch.equal(ours, theirs)
    assert torch.equal(gradient(ours, columns), gradient(theirs, case.vectors))


WRONG = {
    "edge_vectors": lambda c: (c.vectors[:, :2], *c.arguments()),
    "neighbor_species": lambda c: (c.vectors, c.neighbor_species - 1, *c.arguments()[1:]),
    "first": lambda c: (c.vectors, c.neighbor_species, c.first + 1, *c.arguments()[2:]),
    "species": lambda c: (c.vectors, *c.arguments()[:2], c.species[1:], *c.arguments()[3:]),
    "functions": lambda c: (c.vectors, *c.arguments()[:3], c.functions + 1, *c.arguments()[4:]),
    "parameters": lambda c: (c.vectors, *c.arguments()[:4], -c.parameters, *c.arguments()[5:]),
    "form": lambda c: (c.vectors, *c.arguments(form=9)),
    "inner": lambda c: (c.vectors, *c.arguments(inner=1.0)),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_arguments(name: str) -> None:
    with pytest.raises(RuntimeError, match=rf"tumble::symmetry_functions: `{name}`: expected"):
        operator(*WRONG[name](Case(systems()["molecule"])))


@pytest.mark.parametrize("name", ["neighbor_species", "species"])
@pytest.mark.parametrize("wrong", [-1, 1000, 2**63 - 1])
def test_wrong_species(name: str, wrong: int) -> None:
    case = Case(systems()["molecule"])
    getattr(case, name)[-1] = wrong
    with pytest.raises(RuntimeError, match=rf"`{name}`: expected species from 0 to below 1000"):
        operator(case.vectors, *case.arguments())


WRONG_FUNCTIONS = [(0, -1), (0, 1000), (1, 6), (1, -1), (2, 4), (3, -1), (3, 2**63 - 1), (4, 0)]


@pytest.mark.parametrize(("column", "wrong"), WRONG_FUNCTIONS)
def test_wrong_functions(column: int, wrong: int) -> None:
    case = Case(systems()["molecule"])
    case.functions[0, column] = wrong
    with pytest.raises(RuntimeError, match=r"`functions`: expected .* got .*number 0"):
        operator(case.vectors, *case.arguments())


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="other processors have one set of kernels")
@pytest.mark.parametrize("capability", ["default", "avx2"])
def test_kernels_for_older_processors(capability: str) -> None:
    tests = "of_torch_operators or more_neighbors"
    words = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-k", tests, __file__]
    environment = {**os.environ, "ATEN_CPU_CAPABILITY": capability}
    run = subprocess.run(words, env=environment, cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-2000:]
