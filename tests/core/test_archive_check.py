"""A file with a single wrong bit is refused, or gives the same numbers to the last bit."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from support.systems import systems

import tumble
from tumble import _core
from tumble.errors import ModelFileError
from tumble.structures import to_graph

ModelFile = Callable[[str], Path]
WATER = Path(tumble.__path__[0]) / "share" / "models" / "water.pt"


def flipped(content: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Copies with one random bit flipped."""
    draw = random.Random(seed)
    for _ in range(count):
        copy = bytearray(content)
        copy[draw.randrange(len(copy))] ^= 1 << draw.randrange(8)
        yield bytes(copy)


def numbers(path: Path) -> np.ndarray:
    """Energy, forces and virial of a compressed box, which no reference resembles."""
    potential = tumble.load(path, "cpu")
    atoms = systems()["triclinic"]
    atoms.set_cell(0.93 * atoms.cell, scale_atoms=True)
    result = potential.evaluate(to_graph([atoms], potential.metadata.species, potential.metadata.cutoff))
    return np.concatenate([result.energies, result.forces.ravel(), result.virials.ravel()])


def outcomes(source: Path, scratch: Path, count: int) -> list[str]:
    """Refusals of files with a flipped bit; empty where one is taken."""
    right, refusals = numbers(source), []
    for content in flipped(source.read_bytes(), count, seed=1):
        scratch.write_bytes(content)
        try:
            np.testing.assert_array_equal(numbers(scratch), right)
            refusals.append("")
        except ModelFileError as error:
            refusals.append(str(error))
    return refusals


def test_a_flipped_bit(tmp_path: Path, model_file: ModelFile) -> None:
    scratch = tmp_path / "flipped.pt"
    refusals = [text for text in outcomes(model_file("pet"), scratch, 40) if text]
    assert len(refusals) > 20
    for text in refusals:
        assert text.startswith(f"model file `{scratch}`: ")


@pytest.mark.extended
def test_a_flipped_bit_in_the_shipped_model(tmp_path: Path) -> None:
    refusals = [text for text in outcomes(WATER, tmp_path / "flipped.pt", 300) if text]
    assert len(refusals) > 250


def test_flipped_weights_name_their_record(tmp_path: Path, model_file: ModelFile) -> None:
    """In each record, in the middle of its bytes, where Python's zipfile finds them."""
    content = model_file("pet").read_bytes()
    with zipfile.ZipFile(model_file("pet")) as archive:
        entries = archive.infolist()
    for entry in entries:
        if entry.compress_size == 0:
            continue
        names = int.from_bytes(content[entry.header_offset + 26 : entry.header_offset + 28], "little")
        extra = int.from_bytes(content[entry.header_offset + 28 : entry.header_offset + 30], "little")
        copy = bytearray(content)
        copy[entry.header_offset + 30 + names + extra + entry.compress_size // 2] ^= 4
        (tmp_path / "a.pt").write_bytes(copy)
        damage = _core.damage_of_archive(str(tmp_path / "a.pt"))
        assert damage, entry.filename
        if entry.compress_type == zipfile.ZIP_STORED and not entry.filename.endswith("/version"):
            assert damage == f"record `{entry.filename.partition('/')[2]}` doesn't match its checksum"


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_archives_that_others_wrote(tmp_path: Path, model_file: ModelFile, compression: int) -> None:
    """As Python's zipfile writes them, without the 64-bit records that torch always has."""
    path = tmp_path / "other.pt"
    with zipfile.ZipFile(model_file("pair")) as old, zipfile.ZipFile(path, "w", compression) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert _core.damage_of_archive(str(path)) == ""
    np.testing.assert_array_equal(numbers(path), numbers(model_file("pair")))


def test_a_file_that_is_cut(tmp_path: Path, model_file: ModelFile) -> None:
    whole = model_file("pair").read_bytes()
    draw = random.Random(2)
    for length in [0, 1, 21, 22, len(whole) - 1, *(draw.randrange(len(whole)) for _ in range(30))]:
        (tmp_path / "cut.pt").write_bytes(whole[:length])
        assert _core.damage_of_archive(str(tmp_path / "cut.pt")), length
    assert _core.damage_of_archive(str(tmp_path / "nowhere.pt")) == "it can't be read"


def test_a_record_twice(tmp_path: Path, model_file: ModelFile) -> None:
    path = tmp_path / "twice.pt"
    path.write_bytes(model_file("pair").read_bytes())
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(archive.namelist()[0], b"other")
    with pytest.raises(ModelFileError, match=r"twice\.pt`: .*record twice"):
        tumble.load(path, "cpu")
