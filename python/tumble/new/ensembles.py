"""Ensembles: what a simulation keeps constant, and with which thermostat."""

from __future__ import annotations

from dataclasses import dataclass

from tumble.errors import ConfigurationError
from tumble.hints import nearest_name


@dataclass(frozen=True)
class Ensemble:
    """An ensemble, and how each engine samples it.

    Attributes:
        name: Word on the command line.
        words: Noun phrase for headings.
        expect: What `tumble run` checks: `nve`, `nvt` or `npt`.
        ipi: Template of the element `motion` in i-PI.
        lammps: Templates of the fixes in LAMMPS, for a thermostat that acts on each atom and for a global one; None if
            LAMMPS has no such ensemble.
        pressure: Whether it needs a pressure.
        beads: Number of beads unless the user gives one.
        quantum: Whether it needs beads, at least two.
        matrices: Whether its thermostat needs a file with matrices.
        dynamics: Whether it is for spectra: centroids and their velocities are written, in short intervals. Nothing
            brings the centroids to a temperature then.
    """

    name: str
    words: str
    expect: str
    ipi: str
    lammps: tuple[str, str] | None
    pressure: bool = False
    beads: int = 1
    quantum: bool = False
    matrices: bool = False
    dynamics: bool = False

    @property
    def thermostat(self) -> bool:
        """Whether a thermostat keeps the temperature."""
        return self.expect != "nve"


ENSEMBLES = {
    each.name: each
    for each in (
        Ensemble(
            "nve",
            "constant energy (NVE)",
            "nve",
            ipi="nve",
            lammps=("nve", "nve"),
            dynamics=True,
        ),
        Ensemble(
            "nvt",
            "constant volume and temperature (NVT)",
            "nvt",
            ipi="nvt",
            lammps=("nvt-local", "nvt-global"),
        ),
        Ensemble(
            "npt",
            "constant pressure and temperature (NPT)",
            "npt",
            ipi="npt",
            lammps=("npt-local", "npt-global"),
            pressure=True,
        ),
        Ensemble(
            "piglet",
            "constant volume and temperature, colored noise (PIGLET)",
            "nvt",
            ipi="piglet",
            lammps=None,
            beads=6,
            quantum=True,
            matrices=True,
        ),
        Ensemble(
            "trpmd",
            "thermostatted ring-polymer dynamics (T-RPMD)",
            "nvt",
            ipi="trpmd",
            lammps=None,
            beads=32,
            quantum=True,
            dynamics=True,
        ),
    )
}


def find_ensemble(name: str) -> Ensemble:
    """Return an ensemble.

    Raises:
        ConfigurationError: If there is none with this name.
    """
    if name not in ENSEMBLES:
        raise ConfigurationError(
            f"`ensemble`: expected an ensemble, got `{name}`{nearest_name(name, ENSEMBLES, 'ensembles')}"
        )
    return ENSEMBLES[name]
