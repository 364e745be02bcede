"""`tumble info`: what it says of a model file."""

from __future__ import annotations

import json

import pytest
from support.command_line import run
from support.model_files import with_metadata

from tumble import metadata


def test_info(capsys, model_file):
    status, out, err = run(capsys, "info", model_file("two_hop"))
    assert (status, err) == (0, "")
    for line in (
        "model       two_hop",
        "species     O, H",
        "cutoff      4 Å, an atom sees 2 × that",
        "precision   float64",
        "baseline    O -3.000000 eV, H 1.500000 eV",
        "symmetry    O(3) approximate, error not measured",
        "references  reference 1 (3 atoms), reference 2 (24 atoms), reference 3 (1 atom)",
        "licence     BSD-3-Clause",
    ):
        assert line in out.splitlines()


ERRORS = {
    "energy_error": 2e-3,
    "force_error": 3e-2,
    "under_rotations": {"energy_error": 1e-8, "force_error": 1e-6},
    "under_inversion": {"energy_error": 2e-3, "force_error": 3e-2},
    "how": "measured",
}


@pytest.mark.parametrize(
    ("kind", "errors", "lines"),
    [
        (
            "exact",
            ERRORS,
            [
                "symmetry    O(3) exact",
                "            under rotations: 1e-05 meV/atom and 0.001 meV/Å",
                "            under inversion: 2 meV/atom and 30 meV/Å",
                "            measured",
            ],
        ),
        (
            "rotations",
            ERRORS,
            [
                "symmetry    SO(3) exact, inversion 2 meV/atom and 30 meV/Å",
                "            under rotations: 1e-05 meV/atom and 0.001 meV/Å",
                "            under inversion: 2 meV/atom and 30 meV/Å",
                "            measured",
                "            inversion changes the energy, which the frame torque doesn't show: `symmetrize inversion` "
                "removes that error; compute tumble/symmetry (LAMMPS) and --symmetry-log (tumble drive) measure it",
            ],
        ),
        ("approximate", ERRORS, ["symmetry    O(3) approximate, 2 meV/atom and 30 meV/Å"]),
        (  # of an older file, and one without a measurement
            "approximate",
            {"energy_error": 2e-3, "force_error": 3e-2, "how": "measured"},
            ["symmetry    O(3) approximate, 2 meV/atom and 30 meV/Å", "            measured"],
        ),
        (
            "rotations",
            {"energy_error": None, "force_error": None, "how": "claimed"},
            ["symmetry    SO(3) exact, inversion not measured", "            claimed"],
        ),
    ],
)
def test_symmetry(capsys, model_file, tmp_path, kind, errors, lines):
    symmetry = {"group": "O(3)", "kind": kind, **errors}
    path = with_metadata(model_file("handed"), tmp_path / "handed.pt", symmetry=symmetry)
    status, out, _ = run(capsys, "info", path)
    assert status == 0
    assert "\n".join(lines) + "\n" in out


def test_info_as_json(capsys, model_file):
    status, out, _ = run(capsys, "info", model_file("pair"), "--json")
    assert status == 0
    assert json.loads(out) == metadata.read(model_file("pair"))


def test_names_with_controls(capsys, model_file, tmp_path, monkeypatch):
    """A terminal obeys none of them, in no command."""
    evil = "\x1b]0;owned\x07\x1b[2J\u202ewater"
    references = metadata.read(model_file("pair"))["references"]
    references[0] |= {"name": evil}
    path = with_metadata(
        model_file("pair"),
        tmp_path / "evil.pt",
        name=evil,
        references=references,
        licence=evil,
        citation=f"somebody,\nelsewhere {evil}",
        symmetry={"group": "O(3)", "kind": "exact", "energy_error": None, "force_error": None, "how": evil},
        provenance={
            "data": [{"name": evil, "sha256": evil, "frames": 1}],
            "seeds": {evil: 1},
            "metrics": {evil: {evil: evil}},
            "configuration": {},
        },
        versions={"torch": evil, "tumble": evil},
        created=evil,
    )
    status, out, _ = run(capsys, "info", path)
    assert status == 0
    assert "model       \\x1b]0;owned\\x07\\x1b[2J\\u202ewater" in out.splitlines()
    assert "citation    somebody," in out
    assert "\n            elsewhere \\x1b]" in out
    _, as_json, _ = run(capsys, "info", path, "--json")
    monkeypatch.setenv("TUMBLE_MODELS", str(tmp_path))
    _, table, warning = run(capsys, "models")
    references[0] |= {"energy": 0.25}
    with_metadata(path, tmp_path / "wrong.pt", references=references)
    _, _, error = run(capsys, "evaluate", tmp_path / "wrong.pt", tmp_path / "none.xyz")
    assert "its reference structure `\\x1b]0;owned" in error
    for text in (out, as_json, table, warning, error):
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
