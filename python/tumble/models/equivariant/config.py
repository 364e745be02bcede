"""Sizes of an equivariant network."""

from __future__ import annotations

from dataclasses import dataclass

_HIGHEST_DEGREE = 11  # of the spherical harmonics of e3nn
_OUTPUTS = ("dipole",)
# The normalization of one scalar is constant, that of two is a step, and then neither says where the neighbors are.
_FEWEST_SCALARS = 3


@dataclass(frozen=True)
class EquivariantConfig:
    """Sizes of an equivariant network.

    Attributes:
        species: Chemical symbols, in the order of the model's species indices.
        cutoff: Radius of a neighborhood, Å.
        degrees: Degrees l of the features of atoms, ascending, from 0 on; any may be left out except 0.
        channels: Number of features of each degree (multiplicity), at least 3 of degree 0; one number is that of all
            degrees.
        layers: Number of interaction layers, which is the depth in units of the cutoff.
        radial: Number of Bessel functions in which the distance is expanded.
        radial_width: Width of the hidden layers from these to the radial weights.
        neighbors: Typical number of neighbors; sums over neighbors are divided by its root.
        outputs: Outputs in addition to the energy: ``dipole`` or none.
    """

    species: tuple[str, ...]
    cutoff: float = 5.0
    degrees: tuple[int, ...] = (0, 1, 2)
    channels: tuple[int, ...] = (32,)
    layers: int = 2
    radial: int = 8
    radial_width: int = 64
    neighbors: float = 16.0
    outputs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            ValueError: If a size is impossible.
        """
        if not self.species or len(set(self.species)) != len(self.species):
            raise ValueError(f"`species`: expected distinct chemical symbols, got {self.species}")
        if not self.cutoff > 0.0:
            raise ValueError(f"`cutoff`: expected a length above 0, got {self.cutoff}")
        if not self.degrees or self.degrees[0] != 0:
            raise ValueError(
                f"`degrees`: expected degrees from 0 on, which is that of energies, got {list(self.degrees)}"
            )
        if list(self.degrees) != sorted(set(self.degrees)) or self.degrees[-1] > _HIGHEST_DEGREE:
            raise ValueError(
                f"`degrees`: expected ascending integers of 0 to {_HIGHEST_DEGREE}, got {list(self.degrees)}"
            )
        if len(self.channels) not in (1, len(self.degrees)):
            raise ValueError(
                f"`channels`: expected one number, or one for each of the {len(self.degrees)} degrees, "
                f"got {list(self.channels)}"
            )
        if min(self.channels) < 1:
            raise ValueError(
                f"`channels`: expected at least 1, got {list(self.channels)}; to leave a degree out, remove it from "
                "`degrees`"
            )
        if self.channels[0] < _FEWEST_SCALARS:
            raise ValueError(
                f"`channels`: expected at least {_FEWEST_SCALARS} of degree 0, since they are normalized, got "
                f"{self.channels[0]}"
            )
        for name in ("layers", "radial", "radial_width"):
            if getattr(self, name) < 1:
                raise ValueError(f"`{name}`: expected at least 1, got {getattr(self, name)}")
        if not self.neighbors > 0.0:
            raise ValueError(f"`neighbors`: expected a number above 0, got {self.neighbors}")
        if self.outputs not in ((), *((name,) for name in _OUTPUTS)):
            raise ValueError(f"`outputs`: expected {' or '.join(_OUTPUTS)}, got {', '.join(self.outputs)}")

    @property
    def sizes(self) -> dict[int, int]:
        """Number of channels of each degree."""
        channels = self.channels * len(self.degrees) if len(self.channels) == 1 else self.channels
        return dict(zip(self.degrees, channels, strict=True))
