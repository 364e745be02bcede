"""The question at the end of an error message: what was probably meant."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tumble import _core

ModelFile = Callable[[str], Path]


@pytest.mark.parametrize(
    ("word", "options", "meant"),
    [
        ("h", ["O", "H"], "H"),  # but for case
        ("Ow", ["O", "H"], "O"),
        ("H1", ["O", "H"], "H"),
        ("X", ["O", "H"], None),  # all of it would change
        ("", ["O", "H"], None),
        ("Hydrogen", ["O", "H"], None),
        ("devcie", ["memory", "device", "check"], "device"),  # two neighbors swapped
        ("mem", ["memory"], None),
        ("memroy", ["memory"], "memory"),
        ("CHEKC", ["memory", "check"], "check"),
        ("abc", ["abd", "abe"], "abd"),  # of equals the first
        ("abc", ["abcd", "ABC"], "ABC"),  # nothing is nearer than case
        ("kitten", ["sitting"], None),  # three letters of seven, the textbook's example
        ("sittin", ["kitten", "sitting"], "sitting"),
        (5000 * "x", [5001 * "x"], None),
        ("Å", ["A"], None),  # two bytes
    ],
)
def test_species(model_file: ModelFile, word: str, options: list[str], meant: str | None) -> None:
    document = json.loads(_core.read_metadata(str(model_file("pair"))).to_json())
    document |= {"species": options, "baseline": [0.0 for _ in options]}
    for reference in document["references"]:
        reference["symbols"] = [options[0] for _ in reference["symbols"]]
    metadata = _core.parse_metadata(json.dumps(document))
    with pytest.raises(_core.StructureError) as caught:
        metadata.species_index(word)
    question = f"; did you mean `{meant}`?" if meant else ""
    assert str(caught.value) == f"`species`: expected one of {', '.join(options)}; got `{word}`{question}"


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("gpu", "cuda"),
        ("GPU:0", "cuda"),
        ("CPU", "cpu"),
        ("CUDA:0", "cuda"),
        ("cud", "cuda"),
        ("tpu", "cpu"),
        ("mps", None),
    ],
)
def test_devices(model_file: ModelFile, word: str, meant: str | None) -> None:
    question = rf"; .*`{meant}`\?" if meant else ""
    with pytest.raises(_core.ConfigurationError, match=f"^`device`: .*, got `{word}`{question}$"):
        _core.Potential(str(model_file("pair")), word)


def test_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of all folders, in the order in which they are looked up; of other files nothing."""
    for name in ("b/zinc.pt", "a/zinc.pt", "a/ice.pt", "a/steam.txt", "b/salt.pt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setenv("TUMBLE_MODELS", f"{tmp_path}/b:{tmp_path}/none:{tmp_path}/a")
    with pytest.raises(_core.ModelFileError, match=r"`zinc`\?$"):
        _core.find_model("Zink.pt")
    with pytest.raises(_core.ModelFileError, match=r"`ice`\?$"):
        _core.find_model("wherever/Ice.pt")
    with pytest.raises(_core.ModelFileError, match=r": salt, zinc, ice(, |$)"):
        _core.find_model("steam")
