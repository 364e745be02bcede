"""`tumble irreps`: what each degree l of the features of an equivariant model carries."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tumble.cli.options import Once, YesNo, add_label_options, add_model_options, add_overwrite, label_names
from tumble.cli.terminal import printable

if TYPE_CHECKING:
    from ase import Atoms

    from tumble import _core
    from tumble.irreps.options import Options

_COUNT = 50
_COLOR, _PROJECTION = "species", "pca"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "irreps",
        help="what each degree l of the features of an equivariant model carries",
        example="tumble irreps 7net-0.pt frames.extxyz --plot irreps.png",
        description="For every layer and every l of the marked features: share of power and of gradient, channels "
        "that take part, and what is lost if they are zeroed or permuted among atoms: error on the frames, if they "
        "have labels, or else the change of energy and forces.",
        epilog="docs/irreps.md defines each number, and says which model files have marks.",
    )
    parser.add_argument("model", metavar="MODEL", help="path or name of a model")
    parser.add_argument("frames", metavar="FRAMES", help="file with structures")
    add_model_options(parser)
    parser.add_argument(
        "--count",
        metavar="N",
        type=int,
        default=_COUNT,
        help=f"number of structures, evenly spaced over FRAMES (default: {_COUNT})",
    )
    parser.add_argument(
        "--ablation",
        action=YesNo,
        default=True,
        help="zero and permute features, which takes most of the time (default: yes)",
    )
    add_label_options(parser)
    parser.add_argument(
        "--seed", action=Once, metavar="N", type=int, default=0, help="of all random choices (default: 0)"
    )
    parser.add_argument("--json", metavar="FILE", type=Path, help="write all numbers there")
    parser.add_argument(
        "--plot", metavar="FILE", type=Path, help="write bars for each layer and l there: .png, .svg, .pdf"
    )
    parser.add_argument(
        "--map",
        metavar="FILE",
        type=Path,
        help="write a picture of the invariants of each l in one layer there, in which a point is an atom",
    )
    parser.add_argument(
        "--color",
        metavar="NAME",
        default=_COLOR,
        help="of the points: species, energy (of the atom), or a key of numbers or words in FRAMES (default: species)",
    )
    parser.add_argument("--layer", metavar="NAME", help="layer of the picture (default: the last one with several l)")
    parser.add_argument(
        "--projection", choices=("pca", "umap"), default=_PROJECTION, help="of the picture (default: pca)"
    )
    add_overwrite(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Analyze the model with a progress bar, print the page and write the files."""
    from tqdm import tqdm

    from tumble.files import sha256, write_atomically
    from tumble.irreps.batches import load_whole
    from tumble.irreps.figure import plot
    from tumble.irreps.options import Options
    from tumble.irreps.page import format_irreps
    from tumble.irreps.picture import check_projection
    from tumble.irreps.run import analyze_irreps
    from tumble.irreps.selection import spread_frames
    from tumble.json_text import json_text
    from tumble.outputs import FIGURE, IRREPS, check_distinct, check_figure, check_output, model_and
    from tumble.registry import find_model

    for option, kind in (("json", IRREPS), ("plot", FIGURE), ("map", FIGURE)):
        path = getattr(arguments, option)
        read = model_and(arguments.model, arguments.frames)
        check_output(option, path, kind, inputs=read, overwrite=arguments.overwrite)
        if kind is FIGURE:
            check_figure(option, path)
    check_distinct({option: getattr(arguments, option) for option in ("json", "plot", "map")})
    _check_picture(arguments)
    if arguments.map is not None:
        check_projection(arguments.projection)
    options = Options(arguments.seed, ablation=arguments.ablation, memory=arguments.memory)
    options.check()
    names = label_names(arguments)
    frames = spread_frames(Path(arguments.frames), arguments.count)
    potential = load_whole(arguments.model, arguments.device, check=arguments.check)
    if arguments.map is not None:
        _draw(arguments, potential, frames, options)
    with tqdm(unit=" evaluations", disable=None, leave=False) as bar:
        result = analyze_irreps(
            potential,
            frames,
            options,
            label=Path(arguments.frames).name,
            names=names,
            planned=bar.reset,
            done=bar.update,
        )
    print(printable(format_irreps(result)))
    if arguments.json is not None:
        document = result.to_dict() | {"sha256": sha256(find_model(arguments.model))}
        write_atomically(arguments.json, json_text(document, indent=2).encode())
    if arguments.plot is not None:
        plot(result, arguments.plot)
    return 0


def _check_picture(arguments: argparse.Namespace) -> None:
    """Refuse options of a picture without a picture, since they would be ignored."""
    from tumble.errors import ConfigurationError

    for name, default in (("color", _COLOR), ("layer", None), ("projection", _PROJECTION)):
        value = getattr(arguments, name)
        if arguments.map is None and value != default:
            raise ConfigurationError(f"`{name}`: expected `--map` with it, got `{value}` alone")


def _draw(arguments: argparse.Namespace, potential: _core.Potential, frames: Sequence[Atoms], options: Options) -> None:
    """Write the picture, before the long part of the work: a wrong name of a layer or a property ends it here."""
    from tumble.irreps.batches import Batches, structures_of
    from tumble.irreps.colors import colors
    from tumble.irreps.invariants import chosen_layer, invariants
    from tumble.irreps.picture import draw
    from tumble.irreps.run import marked_layers

    batches = Batches(potential, structures_of(frames, potential.metadata.species), options.memory)
    layers = marked_layers(potential, batches.largest(1))
    layer = chosen_layer(layers, arguments.layer)
    found = invariants(potential, layers, layer, batches)
    colored = colors(frames, arguments.color, found.energies)
    draw(
        found,
        colored,
        arguments.color,
        arguments.map,
        projection=arguments.projection,
        title=potential.metadata.name,
        seed=arguments.seed,
    )
