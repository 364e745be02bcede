"""The conversion of a model: build, write, compare with the package that it came from."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from ase import Atoms

from tumble import metadata
from tumble.calculator import Calculator
from tumble.convert.comparison import Difference, compare
from tumble.convert.converted import Converted, Request
from tumble.convert.kinds import find_kind, load_converter
from tumble.convert.provenance import provenance
from tumble.convert.references import reference_structures
from tumble.convert.silence import silenced
from tumble.errors import ConfigurationError, ConversionError
from tumble.files import check_place
from tumble.hints import nearest_name
from tumble.metadata import Metadata
from tumble.model_file import export

STORED = 3  # reference structures in the file: each load evaluates them


@dataclass(frozen=True)
class Conversion:
    """A model file that was converted.

    Attributes:
        path: Of the file.
        metadata: Its document.
        differences: From the package's own calculator, one per structure; empty if the package has none.
    """

    path: Path
    metadata: Metadata
    differences: Sequence[Difference]


def convert(
    kind: str,
    request: Request,
    path: str | PathLike[str],
    *,
    references: Sequence[Atoms] = (),
    name: str | None = None,
    licence: str | None = None,
    citation: str | None = None,
) -> Conversion:
    """Write the model file of a model of another package, and compare the two.

    Args:
        kind: One of `tumble.convert.kinds.KINDS`.
        request: Source, elements, precision and options.
        path: File to write; it appears only after the comparison.
        references: Structures of the kind that the model is for. The first three are stored in the file, and the
            symmetry error is measured on them; without any, on random structures. A random box, a cluster, a small
            triclinic box and an isolated atom are compared in addition.
        name: Short name; by default that of the source.
        licence: Licence of the weights; by default that of the source.
        citation: What to cite; by default that of the source.

    Raises:
        ConfigurationError: If the kind, an option or an element is unknown, or the package isn't installed.
        ConversionError: If the source can't be converted, or the model file gives other numbers than the package.
        ExportError, MetadataError, StructureError, ReferenceMismatch, OSError: As `tumble.export`.
    """
    path = Path(path)
    check_place(path)
    found = find_kind(kind)
    for option in request.options:
        if option not in found.options:
            raise ConfigurationError(
                f"`option`: expected an option of `{kind}`, got `{option}`"
                + nearest_name(option, found.options, "options")
            )
    with silenced():
        converted = load_converter(found)(request)
    random = reference_structures(converted.species, converted.cutoff)
    with tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix=".tumble-convert-") as folder:
        written = export(
            converted.network,
            Path(folder) / path.name,
            name=name or converted.name,
            species=converted.species,
            cutoff=converted.cutoff,
            depth=converted.depth,
            dtype=converted.dtype,
            baseline=converted.baseline,
            provenance=provenance(found, request, converted.files),
            licence=licence or converted.licence,
            citation=citation or converted.citation,
            references=(references or random)[:STORED],
        )
        differences = _compared(converted, written, [*references, *random])
        written.replace(path)
    return Conversion(path, metadata.read(path), differences)


def _compared(converted: Converted, path: Path, structures: Sequence[Atoms]) -> list[Difference]:
    """Return the differences from the package's calculator.

    It computes in double precision: in single precision MACE and SchNetPack round the sum of the energies of free
    atoms, and are 35 meV off for 64 water molecules.

    Some networks round more than the tolerance in single precision: an oxygen atom in 7net-0_22may2024 by 1.7 µeV.
    Where a file of single precision doesn't give the numbers of double precision, the package in single precision has
    to give those of the file.

    Raises:
        ConversionError: If rounding doesn't explain one.
    """
    if converted.calculator is None:
        return []
    with silenced():
        theirs = converted.calculator("float64")
        ours = Calculator(path, device="cpu")
        differences = compare(ours, theirs, structures)
        if converted.dtype == "float32" and not all(each.allowed("float32") for each in differences):
            in_single = compare(ours, converted.calculator("float32"), structures)
            differences = [
                each if each.allowed("float32") else single for each, single in zip(differences, in_single, strict=True)
            ]
    for each in differences:
        if not each.allowed(converted.dtype):
            raise ConversionError(
                f"expected the results of the package for `{each.name}`, {each.expected_energy:.9g} eV, got "
                f"{each.energy:.9g} eV, with forces up to {each.force:.2g} eV/Å away; please report the model"
            )
    return differences
