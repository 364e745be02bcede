"""Convolutions, compared with the tensor products of e3nn and with rotated inputs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from e3nn import o3

from tumble.models.equivariant.convolution import Convolution, Neighborhoods, Products, paths

pytestmark = pytest.mark.usefixtures("double_precision")
N_ATOMS, N_EDGES, CHANNELS = 3, 7, 2


@pytest.fixture
def double_precision() -> Iterator[None]:
    """Make double precision the default, which e3nn takes for its constants."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def neighborhoods(edge_degrees: list[int], vectors: torch.Tensor) -> Neighborhoods:
    generator = torch.Generator().manual_seed(1)
    harmonics = o3.spherical_harmonics(edge_degrees, vectors, normalize=True, normalization="component")
    ends = torch.randint(N_ATOMS, (2, N_EDGES), generator=generator)
    basis = torch.rand(N_EDGES, 4, dtype=torch.float64, generator=generator)
    return Neighborhoods(ends[0].sort().values, ends[1], harmonics, basis)


def random_vectors(n: int) -> torch.Tensor:
    return torch.randn(n, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(2))


def test_paths_keep_parity_and_the_triangle_rule() -> None:
    assert paths(0, [0, 1, 2], [0, 1, 2]) == [(0, 0), (1, 1), (2, 2)]
    assert paths(1, [0, 1, 2], [0, 1, 2]) == [(1, 0), (0, 1), (2, 1), (1, 2)]
    assert paths(3, [0, 3, 4], [0, 4]) == [(3, 0), (3, 4)]


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
def test_products_are_those_of_e3nn(degree: int) -> None:
    edge_degrees, targets = [0, 1, 2, 3], [0, 1, 2]
    torch.manual_seed(0)
    products = Products(degree, CHANNELS, edge_degrees, targets, radial=4).double()
    around = neighborhoods(edge_degrees, random_vectors(N_EDGES))
    features = torch.randn(N_ATOMS, 2 * degree + 1, CHANNELS, dtype=torch.float64)
    result = products(features, around, around.basis)

    # e3nn stores channel, then component; each path is one instruction with one weight for each edge and channel.
    of_features = o3.Irreps([(CHANNELS, (degree, (-1) ** degree))])
    of_edges = o3.Irreps([(1, (l2, (-1) ** l2)) for l2 in edge_degrees])
    of_result = o3.Irreps([(CHANNELS, (l3, (-1) ** l3)) for _, l3 in products.paths])
    instructions = [(0, edge_degrees.index(l2), out, "uvu", True) for out, (l2, _) in enumerate(products.paths)]
    reference = o3.TensorProduct(
        of_features,
        of_edges,
        of_result,
        instructions,
        irrep_normalization="none",
        path_normalization="none",
        internal_weights=False,
        shared_weights=False,
    )
    sources = features.transpose(1, 2).flatten(1)[around.neighbors]
    messages = reference(sources, around.harmonics, products.radial(around.basis))
    sums = messages.new_zeros(N_ATOMS, messages.shape[1]).index_add(0, around.centers, messages)
    first = 0
    for block, (_, l3) in zip(of_result.slices(), products.paths, strict=True):
        order = 2 * l3 + 1
        expected = sums[:, block].view(N_ATOMS, CHANNELS, order).transpose(1, 2) * order**0.5
        torch.testing.assert_close(result[:, first : first + order], expected, rtol=1e-12, atol=1e-12)
        first += order


@pytest.mark.parametrize("degrees", [(0,), (0, 1, 2), (0, 3, 4)])
@pytest.mark.parametrize("inverted", [False, True])
def test_results_turn_with_the_inputs(degrees: tuple[int, ...], inverted: bool) -> None:
    torch.manual_seed(0)
    sizes = {degree: 3 + degree for degree in degrees}
    targets = {0: 5, 1: 2} if degrees != (0,) else {0: 5}
    edge_degrees = sorted({*degrees, *targets})
    convolution = Convolution(sizes, edge_degrees, targets, radial=4, radial_width=6, neighbors=4.0).double()
    rotation = o3.rand_matrix(dtype=torch.float64) * (-1.0 if inverted else 1.0)

    def wigner(degree: int) -> torch.Tensor:
        return o3.Irrep(degree, (-1) ** degree).D_from_matrix(rotation)

    vectors = random_vectors(N_EDGES)
    features = [torch.randn(N_ATOMS, 2 * l1 + 1, size, dtype=torch.float64) for l1, size in sizes.items()]
    turned = [wigner(l1) @ each for l1, each in zip(sizes, features, strict=True)]
    before = convolution(features, neighborhoods(edge_degrees, vectors))
    after = convolution(turned, neighborhoods(edge_degrees, vectors @ rotation.T))
    for l3, first, second in zip(targets, before, after, strict=True):
        torch.testing.assert_close(second, wigner(l3) @ first, rtol=1e-10, atol=1e-10)
        assert first.abs().max() > 1e-3
