"""Energies and forces of a package's own ASE calculator.

`python calculate.py KIND SOURCE FRAMES RESULTS.json [NAME=VALUE...]` runs in the environment of the package, and uses
nothing of Tumble's.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import ase.io
import torch
import torch.utils.data.dataloader


def sevennet(source: str, **options: str) -> Any:
    from sevenn.calculator import SevenNetCalculator

    return SevenNetCalculator(source, device="cpu", **options)


def mace(source: str, *, precision: str, head: str) -> Any:
    from mace.calculators import MACECalculator

    return MACECalculator(source, device="cpu", default_dtype=precision, head=head)


def nequip(source: str) -> Any:
    from nequip.integrations.ase import NequIPCalculator

    # the public constructors take compiled models, which NequIP can't make with torch 2.10 and later
    return NequIPCalculator._from_saved_model(source, device="cpu")


def schnetpack(source: str, *, precision: str) -> Any:
    torch.utils.data.dataloader.T_co = TypeVar("T_co", covariant=True)  # torch has renamed it; SchNetPack imports it
    torch.load = partial(torch.load, weights_only=False)  # the default was another one when SchNetPack was written
    from schnetpack.interfaces import SpkCalculator
    from schnetpack.transform import MatScipyNeighborList

    cutoff = float(torch.load(source).representation.cutoff)
    dtype = getattr(torch, precision)
    return SpkCalculator(source, neighbor_list=MatScipyNeighborList(cutoff=cutoff), energy_unit="eV", dtype=dtype)


def metatrain(source: str, *, precision: str) -> Any:
    from metatomic_ase import MetatomicCalculator
    from metatrain.utils.io import load_model

    return MetatomicCalculator(load_model(source).to(getattr(torch, precision)).export(), device="cpu")


CALCULATORS: dict[str, Callable[..., Any]] = {
    each.__name__: each for each in (sevennet, mace, nequip, schnetpack, metatrain)
}


def main(kind: str, source: str, frames: str, results: str, *options: str) -> None:
    calculator = CALCULATORS[kind](source, **dict(option.split("=", 1) for option in options))
    found = []
    for atoms in ase.io.read(frames, ":"):
        atoms.calc = calculator
        found.append({"energy": float(atoms.get_potential_energy()), "forces": atoms.get_forces().tolist()})
    with open(results, "w") as file:
        json.dump(found, file)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(*sys.argv[1:])
