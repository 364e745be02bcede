"""Systems of inputs of i-PI; what a template means is what i-PI makes of it."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from tumble.errors import TrajectoryError
from tumble.runs.ipi.systems import systems_of

TEMPLATE = """
<simulation> <system prefix='first'/>
  <system_template>
    <template> <system prefix='PRE'> <ensemble> <temperature> PRE1 </temperature> </ensemble> </system> </template>
    <labels> [ PRE, PRE1 ] </labels>
    <instance> [ cold, 100 ] </instance> <instance> [ hot, 900 ] </instance>
  </system_template>
</simulation>
"""


def test_systems_and_those_of_templates() -> None:
    found = systems_of(ElementTree.fromstring(TEMPLATE))
    assert [each.get("prefix") for each in found] == ["first", "cold", "hot"]
    assert [each.findtext("ensemble/temperature", "").strip() for each in found[1:]] == ["100", "900"]


def test_a_template_without_xml() -> None:
    text = TEMPLATE.replace("[ cold,", "[ c&lt;old,")
    with pytest.raises(TrajectoryError, match="system_template"):
        systems_of(ElementTree.fromstring(text))
