"""What is said about unknown names."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tumble.hints import nearest_name
from tumble.observables.registry import OBSERVABLES

OPTIONS = ["observables", "settings", "symmetrize", "device", "memory", "learning_rate", "seed"]


@pytest.mark.parametrize(
    ("name", "known", "text"),
    [
        ("sede", ["seed", "stages"], "; did you mean `seed`?"),
        ("RDF", ["msd", "rdf"], "; did you mean `rdf`?"),
        ("rmsd", ["msd", "MSD"], "; did you mean `msd`?"),
        ("Coarse", ["coarse-water", "Coarser"], "; did you mean `Coarser`?"),
        ("zzz", ["seed", "stages"], "; known keys: seed, stages"),
        ("zzz", [], ""),
    ],
)
def test_nearest_name(name, known, text):
    assert nearest_name(name, known, "keys") == text


@pytest.mark.parametrize(
    ("word", "options", "meant"),
    [
        ("sede", OPTIONS, "seed"),  # two neighbors swapped
        ("memroy", OPTIONS, "memory"),
        ("symetrize", OPTIONS, "symmetrize"),  # one left out
        ("symmetrise", OPTIONS, "symmetrize"),  # one changed
        ("learning-rate", OPTIONS, "learning_rate"),
        ("settingss", OPTIONS, "settings"),  # one added
        ("Device", OPTIONS, "device"),
        ("orientatoin", list(OBSERVABLES), "orientation"),
        ("MSD", list(OBSERVABLES), "msd"),
        ("reorientations", list(OBSERVABLES), "reorientation"),
        ("dipole_correlation", list(OBSERVABLES), "dipole-correlation"),
        ("temperature", OPTIONS, None),
        ("x", OPTIONS, None),
        ("", OPTIONS, None),
    ],
)
def test_the_hints_of_the_core_are_the_same(
    model_file: Callable[[str], Path], word: str, options: list[str], meant: str | None
) -> None:
    from tumble import _core

    document = json.loads(_core.read_metadata(str(model_file("pair"))).to_json())
    document |= {"species": options, "baseline": [0.0 for _ in options]}
    for reference in document["references"]:
        reference["symbols"] = [options[0] for _ in reference["symbols"]]
    question = f"; did you mean `{meant}`?" if meant else ""
    with pytest.raises(_core.StructureError) as caught:
        _core.parse_metadata(json.dumps(document)).species_index(word)
    assert str(caught.value).split(f"got `{word}`")[1] == question
    assert nearest_name(word, options, "names") == (question or f"; known names: {', '.join(options)}")


def test_a_hint_does_not_load_the_core() -> None:
    program = "import sys\nfrom tumble.hints import nearest_name\nnearest_name('sede', ['seed'], 'keys')\n"
    command = [sys.executable, "-c", program + "print('torch' in sys.modules or 'tumble._core' in sys.modules)"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "False"
