"""Limits on the numbers of an audit."""

from __future__ import annotations

import pytest
from support.systems import systems

from tumble.audit.limits import exceeded, parse_limits
from tumble.audit.model_subject import ModelSubject
from tumble.audit.options import Options
from tumble.audit.run import audit
from tumble.errors import ConfigurationError


def test_words():
    assert parse_limits([]) == {}
    assert parse_limits(["torque=3, curl = 0", "virial=1e-3"]) == {"torque": 3.0, "curl": 0.0, "virial": 1e-3}


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("torque", "NAME=VALUE, got `torque`"),
        ("", "NAME=VALUE, got ``"),
        ("=3", "NAME=VALUE, got `=3`"),
        ("torqe=3", "did you mean `torque`"),
        ("torque=3,torque=4", "`torque` twice"),
        ("torque=high", "`torque`, got `high`"),
        ("torque=-1", "`torque`, got `-1`"),
        ("torque=nan", "`torque`, got `nan`"),
    ],
)
def test_wrong_words(text, pattern):
    with pytest.raises(ConfigurationError, match=f"`fail-above`: .*{pattern}"):
        parse_limits([text])


def test_values_above_and_missing_ones(model_file):
    subject = ModelSubject(model_file("harmonic"), device="cpu")
    found = audit(subject, [systems()["molecule"]], Options(rotations=2))
    torque = found.result("torque").value
    assert exceeded(found, {"torque": 1.01 * torque, "gradient-forces": 1.0}) == []
    (sentence,) = exceeded(found, {"torque": 0.5 * torque})
    assert sentence.startswith("torque: ")
    assert sentence.endswith(" meV/rad")
    (sentence,) = exceeded(found, {"curl": 1.0})
    assert sentence.startswith("curl: not measured")
