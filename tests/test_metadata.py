"""The document in a model file."""

from __future__ import annotations

import json

import numpy as np
import pytest
from ase import Atoms

import tumble
from tumble import _core, metadata
from tumble.errors import ExportError, MetadataError

WATER = Atoms("OHH", [[0, 0, 0], [0.76, 0.59, 0], [-0.76, 0.59, 0]], info={"name": "water molecule"})


def draft(**changes):
    arguments = {
        "name": "toy",
        "species": ["O", "H"],
        "cutoff": 4.0,
        "depth": 1,
        "dtype": "float64",
        "baseline": [-3.0, 1.5],
        "outputs": ("energy",),
        "symmetry": {
            "group": "O(3)",
            "kind": "exact",
            "energy_error": None,
            "force_error": None,
            "how": "a pair",
        },
        "provenance": {"data": [], "seeds": {}, "metrics": {}, "configuration": {}},
        "licence": "BSD-3-Clause",
        "citation": "none",
        "references": [WATER],
    }
    return metadata.draft(**{**arguments, **changes})


def test_a_draft_is_valid_and_keeps_every_digit():
    document = draft(cutoff=4.1234567890123456, references=[WATER, Atoms("H", cell=[1, 2, 3], pbc=[True, False, True])])
    parsed = _core.parse_metadata(metadata.dumps(document))
    assert parsed.cutoff == 4.1234567890123456
    assert (parsed.name, parsed.species, parsed.depth, parsed.dtype) == ("toy", ["O", "H"], 1, "float64")
    assert parsed.baseline == [-3.0, 1.5]
    assert json.loads(parsed.to_json()) == document
    assert document["versions"]["tumble"] == tumble.__version__
    water, atom = document["references"]
    assert (water["name"], atom["name"]) == ("water molecule", "reference 2")
    assert water["symbols"] == ["O", "H", "H"]
    assert water["positions"] == WATER.positions.tolist()
    assert atom["periodic"] == [True, False, True]


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"species": ["O", "Hx"]}, ExportError, r"`species`: .* `O`, got `Hx`"),
        ({"species": ["X", "H"]}, ExportError, r"`species`: .* `O`, got `X`"),
        ({"references": "water.xyz"}, ExportError, r"`references`: .*list of structures, got `water.xyz`"),
        ({"references": []}, ExportError, r"`references`: .*structure, got none"),
        ({"references": [WATER, Atoms()]}, ExportError, r"`references\[1\]`: .*atom, got none"),
        (
            {"references": [WATER, Atoms("NaCl")]},
            ExportError,
            r"`references\[1\]`: .* O, H, got Cl, Na",
        ),
        ({"species": ["O", "H", "O"]}, MetadataError, r"`species`: .*twice"),
        ({"cutoff": 0.0}, MetadataError, r"metadata field `cutoff`: .* 0 Å, got 0.0"),
        ({"cutoff": -1.0}, MetadataError, r"metadata field `cutoff`: .* 0 Å, got -1.0"),
        ({"cutoff": float("nan")}, MetadataError, r"metadata field `cutoff`: expected a number, got nan"),
        ({"baseline": [0.0, float("inf")]}, MetadataError, r"metadata field `baseline`: .*got inf"),
        ({"baseline": 0.0}, MetadataError, r"metadata field `baseline`: .*list of numbers, got 0.0"),
        ({"species": "OH"}, MetadataError, r"metadata field `species`: .*list of names, got the text 'OH'"),
        ({"outputs": "energy"}, MetadataError, r"metadata field `outputs`: .*list of names, got the text 'energy'"),
        (
            {"references": [WATER, Atoms("H", [[np.nan, 0.0, 0.0]])]},
            ExportError,
            r"`references\[1\]`: .*finite positions",
        ),
        ({"depth": 0}, MetadataError, r"`depth`: .* 0, got 0"),
        ({"dtype": "float16"}, MetadataError, r"`dtype`: .*float32 or float64"),
        ({"baseline": [1.0]}, MetadataError, r"`baseline`: .* 2, got \[1\.0\]"),
        (
            {"outputs": ("dipole",)},
            MetadataError,
            r"`outputs`: .*`energy`",
        ),
        ({"licence": ""}, MetadataError, r"`licence`: .*empty"),
        ({"name": ""}, MetadataError, "metadata field `name`"),
        (
            {"provenance": {"data": [], "configuration": {"weights": np.zeros(3)}}},
            MetadataError,
            r"`metadata`: .*JSON.*ndarray",
        ),
    ],
)
def test_wrong_arguments(change, error, text):
    with pytest.raises(error, match=text):
        draft(**change)


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        ({}, {"energy", "forces", "dipole"}),
        ({"loss": "unknown"}, {"energy", "forces", "dipole"}),
        ({"loss": {"energy": 1.0, "forces": 0, "dipole": 0.0}}, {"energy"}),
        ({"loss": {"energy": 0.1, "forces": 1.0}}, {"energy", "forces"}),  # of an earlier version
        ({"loss": {"energy": 0.0, "forces": 0.0, "dipole": 1.0}}, {"dipole"}),
    ],
)
def test_what_a_training_fitted(configuration, expected):
    document = draft(provenance={"data": [], "seeds": {}, "metrics": {}, "configuration": configuration})
    assert metadata.fitted_by_training(document) == expected


def test_read(model_file):
    document = metadata.read(model_file("pair"))
    assert document["format"] == {"name": "tumble", "version": metadata.FORMAT_VERSION}
    assert document["parameters"] == 0  # the toy has constants only
    assert len(document["references"]) == 3
