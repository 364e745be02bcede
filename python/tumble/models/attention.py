"""Multi-head attention in which each atom and its neighbors attend only to each other.

Tokens are packed along one axis, [N atoms; E edges], like their queries, keys and values. The attention consists of
torch's own operators, so it has all derivatives that training needs. Each neighborhood becomes a row of M slots: the
atom, its edges, padding. A model file uses operators of Tumble's core instead, which need no padding, have one
derivative (`csrc/operators/attention.h`), and give the same numbers.
"""

# No postponed annotations in this file, since TorchScript reads the annotations of attributes.
from typing import NamedTuple

import torch
from torch import Tensor


class Slots(NamedTuple):
    """Places of packed tokens in padded rows: N rows, one for each atom, of M slots each.

    Attributes:
        token: Token that fills each slot [N * M]; padding repeats the row's own atom.
        slot: Slot of each token [N + E].
    """

    token: Tensor
    slot: Tensor


def first_edges(centers: Tensor, n_atoms: int) -> Tensor:
    """Return the index of the first edge of each atom, and E at the end [N + 1].

    Args:
        centers: Center of each edge [E], ascending, contiguous.
        n_atoms: Number of atoms, N.
    """
    return torch.searchsorted(centers, torch.arange(n_atoms + 1, device=centers.device))


def lay_out(centers: Tensor, first: Tensor) -> Slots:
    """Return the places of packed tokens in rows that are as long as the longest neighborhood.

    Args:
        centers: Center of each edge [E], ascending.
        first: Result of `first_edges`.
    """
    n_atoms, n_edges = first.size(0) - 1, centers.size(0)
    atoms = torch.arange(n_atoms, device=centers.device)
    ranks = torch.arange(n_edges, device=centers.device) - first.index_select(0, centers)
    n_slots = 2 + int(ranks.max()) if n_edges > 0 else 1
    slot = torch.cat((atoms * n_slots, centers * n_slots + 1 + ranks))
    token = atoms.unsqueeze(1).expand(n_atoms, n_slots).reshape(-1)
    return Slots(token.index_copy(0, slot, torch.arange(n_atoms + n_edges, device=centers.device)), slot)


def padded_attention(qkv: Tensor, log_weights: Tensor, slots: Slots, n_atoms: int, heads: int) -> Tensor:
    """Attend within neighborhoods: out_i = sum_j softmax_j(q_i k_j / sqrt(D) + ln w_j) v_j, with w = 1 for the atom.

    Args:
        qkv: Queries, keys and values of all tokens, concatenated [N + E, 3 * heads * D].
        log_weights: ln w of each edge [E].
        slots: Result of `lay_out`.
        n_atoms: Number of atoms, N.
        heads: Number of heads.

    Returns:
        Mixed values [N + E, heads * D].
    """
    width = qkv.size(1) // 3
    n_slots = slots.token.size(0) // max(n_atoms, 1)
    rows = qkv.index_select(0, slots.token).view(n_atoms, n_slots, 3, heads, width // heads)
    query, key, value = rows.permute(2, 0, 3, 1, 4).contiguous().unbind(0)
    # The weight of padding, exp(-1e4), is exactly zero in every floating-point type, and so are its gradients.
    weights = qkv.new_full((n_atoms * n_slots,), -1e4)
    weights = weights.index_copy(0, slots.slot, torch.cat((qkv.new_zeros(n_atoms), log_weights)))
    scores = torch.matmul(query * (width // heads) ** -0.5, key.transpose(2, 3))
    probabilities = torch.softmax(scores + weights.view(n_atoms, 1, 1, n_slots), dim=-1)
    mixed = torch.matmul(probabilities, value).transpose(1, 2).reshape(n_atoms * n_slots, width)
    return mixed.index_select(0, slots.slot)
