"""Writer of LAMMPS scripts."""

from __future__ import annotations

from tumble.errors import ConfigurationError
from tumble.new.setup import Setup
from tumble.new.structure_files import lammps_data
from tumble.new.templates import decimal, render

_SHAPES = {"isotropic": "iso", "anisotropic": "aniso", "flexible": "tri"}
#: Characters that a word of a script can't have.
_SPECIAL = frozenset(" \t\"'#$&")
_PRESSURE = "econserve press vol density "


def check_lammps(setup: Setup) -> None:
    """Refuse what LAMMPS can't do.

    Raises:
        ConfigurationError: If the setup needs i-PI.
    """
    ensemble = setup.ensemble
    if ensemble.lammps is None:
        raise ConfigurationError(f"`engine`: expected ipi for `--ensemble {ensemble.name}`, got lammps, which has none")
    if setup.system.start is not None:
        raise ConfigurationError("`engine`: expected ipi for `--start`, got lammps, which reads no checkpoint of i-PI")
    if setup.economized:
        raise ConfigurationError("`engine`: expected ipi for `--springs eco`, got lammps, which has none")
    if setup.mts > 1 and (setup.beads > 1 or ensemble.pressure):
        what = f"beads: {setup.beads}" if setup.beads > 1 else ensemble.name
        raise ConfigurationError(f"`engine`: expected ipi for `mts` with {what}, got lammps, whose r-RESPA has none")
    if setup.beads > 1 and ensemble.pressure and setup.system.barostat == "flexible":
        raise ConfigurationError("`engine`: expected ipi for beads in a box that may shear, got lammps, which can't")
    if not _SPECIAL.isdisjoint(setup.model):
        raise ConfigurationError(
            f"`model`: expected a path without blanks, quotes, `#`, `$` and `&`, which mean something else in a script "
            f"of LAMMPS, got `{setup.model}`; give a link to it"
        )


def lammps_script(setup: Setup, title: str) -> str:
    """Return the script.

    Args:
        setup: All that determines it.
        title: Its first sentence.
    """
    system, ensemble = setup.system, setup.ensemble
    template = "mts" if setup.mts > 1 else "beads" if setup.beads > 1 else "input"
    local, spread = ensemble.lammps or ("", "")
    return render(
        f"lammps/{template}.in",
        setup=setup,
        variable=_variable,
        command=_command,
        title=title,
        commands=_commands(setup),
        remarks=(*setup.remarks, *system.remarks),
        random_comment=_random_comment(setup),
        seed_comment=_seed_comment(setup),
        other_ensemble=_other_ensemble(setup),
        kelvin=decimal(setup.temperature),
        beads=" ".join(_numbers(setup.beads)),
        elements=" ".join(system.elements),
        types=", ".join(f"type {k} is {each}" for k, each in enumerate(system.elements, 1)),
        boundary=" ".join("p" if periodic else "m" for periodic in system.atoms.pbc),
        boundary_comment="open: no periodic images; the box grows with the atoms, so none is lost"
        if system.open
        else "",
        rotation="no" if system.single else "yes",
        fixes=local if setup.local else spread,
        box=_SHAPES.get(system.barostat or "", ""),
        columns=_columns(setup),
        dump=f"{setup.name}.${{bead}}.dump" if setup.beads > 1 else f"{setup.name}.dump",
    )


def lammps_files(setup: Setup, title: str, source: str) -> dict[str, str]:
    """Return the contents of script and data file, by their names."""
    return {f"{setup.name}.in": lammps_script(setup, title), setup.data: lammps_data(setup.system, source)}


def partitions(setup: Setup) -> str | None:
    """Return the word for `-partition`, one for each bead; None without beads."""
    return f"{setup.beads}x1" if setup.beads > 1 else None


def command_line(setup: Setup) -> str:
    """Return the command line that runs the script."""
    if setup.beads > 1:
        return f"mpirun -np {setup.beads} lmp -partition {partitions(setup)} -in {setup.name}.in"
    return f"lmp -in {setup.name}.in"


def _commands(setup: Setup) -> list[str]:
    """Return command lines that run the script, the first with the name of the data file."""
    script = command_line(setup)
    return [f"{script:<50} (next to {setup.data})", *(f"{script} {example}" for example in setup.examples)]


def _columns(setup: Setup) -> str:
    """Return the columns that follow the energies."""
    periodic = setup.system.atoms.pbc.all()
    if setup.beads > 1:
        return "f_beads[10] vol density " if setup.pressure is not None else ""
    if setup.pressure is not None:
        return _PRESSURE
    conserved = "econserve " if setup.ensemble.thermostat or setup.mts > 1 else ""
    return conserved + ("press " if periodic else "")


def _random_comment(setup: Setup) -> str:
    if setup.ensemble.thermostat and setup.local:
        return "rotations to average over; random: a new one in every step"
    return "rotations to average over (docs/symmetrization.md)"


def _seed_comment(setup: Setup) -> str:
    bath = setup.ensemble.thermostat and (setup.local or not setup.ensemble.pressure)
    return f"of the initial velocities{', the thermostat' if bath else ''} and random rotations"


def _other_ensemble(setup: Setup) -> str:
    if setup.ensemble.expect == "nvt":
        return "or nve"
    kind = "a Langevin thermostat" if setup.local else "velocity rescaling"
    return f"or nvt: with {kind} of {setup.temperature:g} K"


def _numbers(count: int) -> list[str]:
    """Return 1, 2, … with as many digits each."""
    return [f"{k:0{len(str(count))}d}" for k in range(1, count + 1)]


def _variable(name: str, value: object, comment: str) -> str:
    return f"variable {name:<10} index {value!s:<9} # {comment}"


def _command(name: str, words: str, comment: str) -> str:
    return f"{name:<13} {words:<21} {f'# {comment}' if comment else ''}".rstrip()
