"""`tumble new`: write a folder with all files of a simulation."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tumble.cli.options import add_symmetrize
from tumble.cli.parser import Instead

_SYSTEMS = "monomer, dimer, hexamer, gas:N, liquid:N, ice:PHASE or slab:N"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "new",
        help="write a folder with all files of a simulation, ready to run",
        example="tumble new liquid:64 my-run --engine ipi --beads 32",
        description="Write structure, input, simulation.yaml and a README with what to expect into a new folder, for "
        "`tumble run`. Water of several kinds, or any structure with any model.",
        epilog="The README contains the time that the model takes on this machine, and numbers to compare with. "
        "docs/new.md describes all systems and ensembles.",
    )
    system = parser.add_argument("system", metavar="SYSTEM", help=_SYSTEMS)
    parser.add_argument("folder", metavar="DIR", type=Path, help="new folder; one with files is refused")
    parser.add_argument(
        "--structure",
        action=Instead,
        replaces=system,
        metavar="FILE",
        type=Path,
        help="in place of SYSTEM: the structure of a file that ASE reads",
    )
    parser.add_argument(
        "--start",
        action=Instead,
        replaces=system,
        metavar="FOLDER",
        type=Path,
        help="in place of SYSTEM: positions, velocities and cell at the end of an earlier run of i-PI, with its model "
        "and number of beads; for trpmd and nve",
    )
    parser.add_argument("--engine", choices=("lammps", "ipi"), help="(default: lammps, or ipi for path integrals)")
    parser.add_argument("--model", help="path or name of a model (default: water, or that of --start)")
    add_symmetrize(parser)
    parser.add_argument(
        "--mts",
        metavar="N",
        type=int,
        default=1,
        help="multiple time stepping: the correction of averaging acts every N steps of the bare model",
    )
    parser.add_argument(
        "--ensemble", help="nve, nvt, npt, piglet or trpmd (default: nvt, or npt with --pressure; with beads PILE)"
    )
    parser.add_argument("--beads", metavar="N", type=int, help="beads of a path integral (default: 1)")
    parser.add_argument(
        "--springs", default="trotter", help="trotter, or eco for economized springs of i-PI (default: trotter)"
    )
    parser.add_argument("--gle", metavar="FILE", type=Path, help="matrices of gle4md.org for `--ensemble piglet`")
    parser.add_argument("--temperature", metavar="K", type=float, help="(default: 300; ice 200, clusters 150)")
    parser.add_argument("--pressure", metavar="BAR", type=float, help="(default for npt: 1)")
    parser.add_argument("--timestep", metavar="FS", type=float, default=0.5, help="of the model (default: %(default)s)")
    parser.add_argument("--steps", metavar="N", type=int, help="steps, with --mts outer steps (default: 20000)")
    parser.add_argument(
        "--every", metavar="N", type=int, help="steps between frames (default: 10; about 2 fs for spectra)"
    )
    parser.add_argument(
        "--seed", metavar="N", type=int, default=4711, help="of all random numbers (default: %(default)s)"
    )
    parser.add_argument("--density", metavar="G", type=float, help="of a liquid (default: 1.0) or an ice, g/cm³")
    parser.add_argument("--spacing", metavar="A", type=float, help="between molecules of a gas, Å (default: 20)")
    parser.add_argument(
        "--molecules", metavar="N", type=int, help="smallest number of molecules of an ice (default: 96)"
    )
    parser.add_argument("--vacuum", metavar="A", type=float, help="of a slab, Å (default: 30)")
    parser.add_argument(
        "--equilibration", metavar="PS", type=float, help="of a liquid with a classical model, ps (default: 10)"
    )
    parser.add_argument("--no-relax", dest="relax", action="store_false", help="don't relax clusters and ices")
    parser.add_argument("--no-timing", dest="timing", action="store_false", help="don't measure the time of a step")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the folder and print what is in it."""
    from tumble.new import Request, write_folder
    from tumble.new.systems.system import Choices

    choices = Choices(
        seed=arguments.seed,
        density=arguments.density,
        spacing=arguments.spacing,
        molecules=arguments.molecules,
        vacuum=arguments.vacuum,
        equilibration=arguments.equilibration,
        structure=arguments.structure,
        start=arguments.start,
    )
    request = Request(
        system=arguments.system or ("file" if arguments.start is None else "start"),
        folder=arguments.folder,
        engine=arguments.engine,
        model=arguments.model,
        symmetrize=arguments.symmetrize,
        mts=arguments.mts,
        ensemble=arguments.ensemble,
        beads=arguments.beads,
        temperature=arguments.temperature,
        pressure=arguments.pressure,
        timestep=arguments.timestep,
        steps=arguments.steps,
        every=arguments.every,
        gle=arguments.gle,
        springs=arguments.springs,
        choices=choices,
        relax=arguments.relax,
        timing=arguments.timing,
    )
    written = write_folder(request, lambda text: print(f"tumble new: {text}", file=sys.stderr, flush=True))
    print(f"wrote {written.folder}: {', '.join(written.files)}\nstart it with: tumble run {written.folder}")
    return 0
