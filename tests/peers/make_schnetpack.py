"""Write a small model with random weights, in an environment of SchNetPack: `python make_schnetpack.py painn FILE`."""

from __future__ import annotations

import sys

import tumble.convert.schnetpack  # noqa: F401 - first: with torch 2.13 SchNetPack can't be imported without its help

import schnetpack as spk  # isort: skip
import torch  # isort: skip


def make(kind: str, path: str) -> None:
    torch.manual_seed(1)
    cutoff, features = 4.0, 16
    basis = spk.nn.GaussianRBF(n_rbf=8, cutoff=cutoff)
    shape = {"n_atom_basis": features, "radial_basis": basis, "cutoff_fn": spk.nn.CosineCutoff(cutoff)}
    representation = {
        "schnet": lambda: spk.representation.SchNet(n_interactions=3, **shape),
        "painn": lambda: spk.representation.PaiNN(n_interactions=2, **shape),
        "so3net": lambda: spk.representation.SO3net(n_interactions=2, lmax=2, **shape),
    }[kind]()
    references = torch.zeros(100)
    references[1], references[8] = -13.6, -430.0
    offsets = spk.transform.AddOffsets("energy", add_mean=True, add_atomrefs=True)
    offsets.atomref, offsets.mean = references, torch.tensor([0.25])
    model = spk.model.NeuralNetworkPotential(
        representation=representation,
        input_modules=[spk.atomistic.PairwiseDistances()],
        output_modules=[
            spk.atomistic.Atomwise(n_in=features, output_key="energy"),
            spk.atomistic.Forces(energy_key="energy", force_key="forces"),
        ],
        postprocessors=[spk.transform.CastTo64(), offsets],
    )
    torch.save(model, path)


if __name__ == "__main__":
    make(sys.argv[1], sys.argv[2])
