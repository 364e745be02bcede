"""Broken folders: each error names file and line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.behler_parrinello import write_folder

from tumble.convert.n2p2.potential import read_potential
from tumble.errors import ConversionError

SETTINGS = ("cutoff_type 2", "scale_symmetry_functions")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "potential", *SETTINGS).path


def line_of(path: Path, start: str) -> int:
    return next(n for n, line in enumerate(path.read_text().splitlines(), 1) if line.startswith(start))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_whole_potential(folder: Path) -> None:
    potential = read_potential(folder)
    assert [element.symbol for element in potential.elements] == ["H", "O"]
    assert [len(element.functions) for element in potential.elements] == [4, 5]
    assert [[len(layer.bias) for layer in element.layers] for element in potential.elements] == [[3, 2, 1], [4, 2, 1]]
    assert (potential.cutoff, potential.cutoff_form, potential.inner_cutoff, potential.energy_factor) == (7, 2, 0, 1)
    assert potential.elements[0].offset == -0.6
    assert {path.name for path in potential.files} == {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("name", ["input.nn", "scaling.data", "weights.001.data", "weights.008.data"])
def test_missing_files(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ConversionError, match=rf"{name}`: expected a file of a potential, got: No such file"):
        read_potential(folder)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=r"nowhere`: expected a folder with `input.nn`"):
        read_potential(tmp_path / "nowhere")


#: Line of `input.nn`, what it becomes, and what the error says.
WRONG = {
    "count of elements": ("number_of_elements 2", "number_of_elements 3", "expected that of the line `elements`, 2"),
    "element": ("elements O H", "elements O Hx", "expected chemical symbols, got `Hx`"),
    "element twice": ("elements O H", "elements O O", "expected each element once, got `O O`"),
    "element without functions": ("elements O H", "elements O C", "expected elements of C, O, got `H`"),
    "cutoff type": ("cutoff_type 2", "cutoff_type 9", "expected 0 to 8, got 9"),
    "inner cutoff": ("cutoff_type 2", "cutoff_type 2 1.0", "inner cutoff from 0 to below 1, got 1"),
    "far too many layers": ("global_hidden_layers_short 2", f"global_hidden_layers_short {'9' * 5000}", "integer"),
    "layers": ("global_hidden_layers_short 2", "global_hidden_layers_short two", "integer of at least 1 .* got `two`"),
    "nodes": ("global_nodes_short 3 2", "global_nodes_short 3", "nodes of 2 hidden layers, got 1"),
    "activation": ("global_activation_short t t l", "global_activation_short t x l", "got `x`"),
    "activation of the output": (
        "global_activation_short t t l",
        "global_activation_short t t t",
        "`l` for the output",
    ),
    "nodes of an element": ("element_nodes_short O 1 4", "element_nodes_short O 3 4", "one of 2 hidden layers, got 3"),
    "energy of an atom": ("atom_energy O -75.1", "atom_energy O none", "expected a number, got `none`"),
    "a number for Python alone": ("atom_energy O -75.1", "atom_energy O -7_5.1", "a number, got `-7_5.1`"),
    "energy of an unknown atom": ("atom_energy O -75.1", "atom_energy N 1", "expected each of H, O once, got `N 1`"),
    "normalization": ("epochs 10", "mean_energy 1.0", "all or none of mean_energy, conv_energy, conv_length"),
    "factor of energies": (
        "epochs 10",
        "mean_energy 1.0\nconv_energy 0.0\nconv_length 1.0",
        "expected a factor above 0, got 0",
    ),
    "factor of lengths": (
        "epochs 10",
        "mean_energy 1.0\nconv_length -2.0\nconv_energy 1.0",
        "expected a factor above 0, got -2",
    ),
    "twice": ("epochs 10", "cutoff_type 1", "expected it once, got it in line"),
    "unknown keyword": ("epochs 10", "use_electrostatics", "may change energies and isn't known"),
    "charges": ("epochs 10", "nnp_type 4G-HDNNP", "sum of short-range atomic energies, got `4G-HDNNP`"),
    "pair networks": ("epochs 10", "nn_type_short 2", "expected 1, a sum"),
}


@pytest.mark.parametrize(("old", "new", "text"), WRONG.values(), ids=WRONG.keys())
def test_wrong_lines_of_input_nn(folder: Path, old: str, new: str, text: str) -> None:
    replace(folder / "input.nn", old, new)
    with pytest.raises(ConversionError, match=rf"input.nn`, line \d+: `\w+`: .*{text}") as error:
        read_potential(folder)
    if text.startswith(("expected 0 to 8", "may change")):
        assert f"line {line_of(folder / 'input.nn', new)}: `{new.split()[0]}`" in str(error.value)


@pytest.mark.parametrize("keyword", ["elements", "global_nodes_short", "global_activation_short"])
def test_missing_keywords(folder: Path, keyword: str) -> None:
    path = folder / "input.nn"
    path.write_text("\n".join(line for line in path.read_text().splitlines() if not line.startswith(f"{keyword} ")))
    with pytest.raises(ConversionError, match=rf"input.nn`: expected the keyword `{keyword}`, got none"):
        read_potential(folder)


def test_keywords_with_defaults(folder: Path) -> None:
    """RuNNer's default is the cosine; n2p2 counts the elements itself."""
    replace(folder / "input.nn", "cutoff_type 2\n", "")
    replace(folder / "input.nn", "number_of_elements 2\n", "")
    potential = read_potential(folder)
    assert (potential.cutoff_form, potential.inner_cutoff, len(potential.elements)) == (1, 0.0, 2)


def test_files_from_windows_and_fortran(folder: Path) -> None:
    expected = read_potential(folder)
    for path in folder.iterdir():
        text = path.read_text().replace(" 0.03 ", " 3.0D-2 ").replace(" ", "\t").replace("\n", "\r\n")
        path.write_bytes(b"\xef\xbb\xbf# J\xf6rg\x0cnothing\r\n" + text.encode())
    found = read_potential(folder)
    assert [element.functions for element in found.elements] == [element.functions for element in expected.elements]
    for own, other in zip(found.elements, expected.elements, strict=True):
        assert (own.layers[0].weight == other.layers[0].weight).all()


def test_comments_and_keywords_of_training(folder: Path) -> None:
    with (folder / "input.nn").open("a") as file:
        file.write(
            "\n  \r\n! all of this\n# nothing\nrandom_seed 3 ! seed\nkalman_type 0 # filter\nnn_type 2G-HDNNP\n"
            "decoupling_type 0\nfitting_unit eV\n"
        )
    assert len(read_potential(folder).elements) == 2


Change = Callable[[list[str]], object]
#: File, change of its lines, number of the line and text of the error.
DAMAGED: dict[str, tuple[str, Change, int, str]] = {
    "function missing": ("scaling.data", lambda rows: rows.pop(4), 5, "expected function 4 of element 1, got `2 1`"),
    "last functions missing": ("scaling.data", lambda rows: rows.__delitem__(slice(8, 11)), 8, "9 .*, got 7"),
    "function too many": ("scaling.data", lambda rows: rows.insert(10, "2 6 0 1 0.5 0.1"), 11, "got more"),
    "no number": ("scaling.data", lambda rows: rows.__setitem__(2, "1 2 0.0 high 0.5"), 3, "got `0.0 high 0.5`"),
    "not finite": ("scaling.data", lambda rows: rows.__setitem__(2, "1 2 0.0 nan 0.5"), 3, "got `0.0 nan 0.5`"),
    "too few numbers": ("scaling.data", lambda rows: rows.__setitem__(2, "1 2 0.0"), 3, "expected 3 numbers .* got 1"),
    "constant function": ("scaling.data", lambda rows: rows.__setitem__(2, "1 2 0.5 0.5 0.5"), 3, "a range of 0"),
    "weight missing": (
        "weights.001.data",
        lambda rows: rows.pop(),
        26,
        "expected 26 weights.* 4 . 3 . 2 . 1 .* got 25",
    ),
    "weight too many": ("weights.008.data", lambda rows: rows.append("1.0"), 39, "expected 37 weights.* got 38"),
    "no weights": ("weights.008.data", lambda rows: rows.clear(), 1, "expected 37 weights.* got 0"),
    "weight is a word": ("weights.008.data", lambda rows: rows.__setitem__(5, "a"), 6, "expected a number, got `a`"),
}


@pytest.mark.parametrize(("name", "change", "line", "text"), DAMAGED.values(), ids=DAMAGED.keys())
def test_damaged_tables(folder: Path, name: str, change: Change, line: int, text: str) -> None:
    rows = (folder / name).read_text().splitlines()
    change(rows)
    (folder / name).write_text("\n".join(rows) + "\n")
    with pytest.raises(ConversionError, match=rf"{name}`, line {line}: .*{text}"):
        read_potential(folder)


#: Words of a function after `symfunction_short`, and the error's text.
FUNCTIONS = {
    "weighted": ("H 12 0.01 0.0 7.0", "expected type 2, 3 or 9, got 12"),
    "no type": ("H", "expected an integer"),
    "element": ("H 2 C 0.01 0.0 7.0", "expected elements of H, O, got `C`"),
    "one number too few": ("H 2 O 0.01 7.0", "expected 3 numbers, got `0.01 7.0`"),
    "one number too many": ("H 3 O H 0.01 1.0 1.0 7.0 0.0 0.0", "expected 5 numbers"),
    "cutoff": ("H 2 O 0.01 0.0 0.0", "cutoff and zeta above 0 .* got 0, 1 and 0.01"),
    "eta": ("H 2 O -0.01 0.0 7.0", "got 7, 1 and -0.01"),
    "zeta": ("H 3 O H 0.01 1.0 0.0 7.0", "got 7, 0 and 0.01"),
}


@pytest.mark.parametrize(("words", "text"), FUNCTIONS.values(), ids=FUNCTIONS.keys())
def test_wrong_functions(folder: Path, words: str, text: str) -> None:
    path = folder / "input.nn"
    path.write_text(path.read_text() + f"symfunction_short {words}\n")
    line = len(path.read_text().splitlines())
    with pytest.raises(ConversionError, match=rf"input.nn`, line {line}: `symfunction_short`: .*{text}"):
        read_potential(folder)
