from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from careen.components.content import content_of, top_level
from careen.components.cyclonedx import VERSIONS, document
from careen.components.cyclonedx_xml import as_xml
from careen.sboms.cyclonedx import read
from tests.support.reports import JINJA, LIBSSL, hostile, usual
from tests.unit.reports.test_spdx3 import detailed


def by_name(bom):
    return {component["name"]: component for component in bom["components"]}


def test_licences_digests_suppliers_and_dependencies_are_there():
    bom = document(detailed())
    found = by_name(bom)
    assert found["Jinja2"]["supplier"] == {"name": "Pallets"}
    assert found["Jinja2"]["hashes"][0] == {"alg": "SHA-256", "content": "ab" * 32}
    assert found["libssl3"]["licenses"] == [{"expression": "Apache-2.0 AND LicenseRef-ours"}]
    assert found["libssl3"]["copyright"] == "© 2020 A Person"
    needs = {entry["ref"]: entry["dependsOn"] for entry in bom["dependencies"]}
    assert needs[JINJA.purl] == [LIBSSL.purl]
    assert LIBSSL.purl not in needs["image"]


def test_everything_is_reached_from_the_image():
    report = usual()
    content = content_of(report)
    assert set(top_level(content.components)) == {component.ref for component in content.components}
    ring = [
        replace(one, needs=(two.ref,))
        for one, two in zip(content.components, content.components[1:] + content.components[:1], strict=True)
    ]
    assert len(top_level(ring)) == 1


@pytest.mark.parametrize("version", VERSIONS)
def test_all_versions_and_both_syntaxes_read_back_alike(version):
    bom = document(detailed(), version=version)
    assert bom["specVersion"] == version
    import json

    plain = read(json.dumps(bom).encode())
    xml = read(as_xml(bom).encode())
    assert plain.inventory.packages == xml.inventory.packages
    assert plain.inventory.distribution == xml.inventory.distribution
    assert {package.purl for package in plain.inventory.packages} == {one.purl for one in detailed().inventory.packages}
    assert {package.evidence for package in plain.inventory.packages} >= {JINJA.evidence}


def test_hostile_text_stays_text_in_xml():
    text = as_xml(document(hostile("]]><x a='1'/>\x00\ud800")))
    root = ElementTree.fromstring(text)
    assert not [element for element in root.iter() if element.tag == "x"]
