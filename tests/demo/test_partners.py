"""The bare, symmetrized and exact partners of the demonstration."""

from __future__ import annotations

from pathlib import Path

import pytest

from tumble.demo.partners import bare_partner, exact_partner
from tumble.errors import ConfigurationError, ModelNotFoundError


def test_symmetrized_partner_has_the_same_model(model: Path) -> None:
    bare = bare_partner(str(model))
    turned = bare.symmetrized("octahedral")
    assert (bare.name, bare.symmetrize) == ("bare", "none")
    assert (turned.name, turned.symmetrize) == ("octahedral", "octahedral")
    assert (turned.path, turned.identity) == (bare.path, bare.identity)


def test_path_is_valid_in_any_folder_and_a_name_stays_one(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(model.parent)
    monkeypatch.setenv("TUMBLE_MODELS", str(model.parent))
    by_path, by_name = bare_partner("harmonic.pt"), bare_partner("harmonic")
    assert by_path.model == str(model.resolve())
    assert by_name.model == "harmonic"
    assert by_name.path == by_path.path == model.resolve()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelNotFoundError, match="no-such-model"):
        bare_partner("no-such-model")


def test_exact_partner_is_exact(exact: Path, model: Path) -> None:
    partner = exact_partner(str(exact))
    assert (partner.name, partner.symmetrize, partner.identity["symmetry"]) == ("exact", "none", "exact")
    with pytest.raises(ConfigurationError, match=r"`exact`: .*harmonic.*`approximate`"):
        exact_partner(str(model))


def test_model_that_breaks_parity_alone_is_not_exact(model_file: object) -> None:
    assert callable(model_file)
    with pytest.raises(ConfigurationError, match=r"`exact`: .*`rotations`"):
        exact_partner(str(model_file("handed")))
