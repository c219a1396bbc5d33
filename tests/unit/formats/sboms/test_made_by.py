"""Which tool made a document, in each format; Careen's own documents count as what Careen read."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.reports import usual

from careen.formats.sboms.made_by import creator, named
from careen.formats.sboms.sbom_properties import inventory_with, of_inventory
from careen.model.inventory import Inventory
from careen.plugins import ReportOptions
from careen.reports import cyclonedx as cyclonedx_report
from careen.reports import spdx as spdx_report
from careen.sboms import cyclonedx, github, purls, spdx, syft


def as_json(document):
    return json.dumps(document).encode()


def bom(tools):
    return as_json({"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"tools": tools}, "components": []})


def bom_in_xml(tools):
    return f'<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><metadata><tools>{tools}</tools></metadata></bom>'.encode()


TOOL = {"vendor": "anchore", "name": "syft", "version": "1.19.0"}
IN_XML = "<name>syft</name><version>1.19.0</version>"
CREATORS = ["Organization: Anchore, Inc", "Tool: syft-1.19.0", "Tool: other"]
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:s="http://spdx.org/rdf/terms#">
<s:SpdxDocument rdf:about="urn:doc#SPDXRef-DOCUMENT"><s:specVersion>SPDX-2.3</s:specVersion><s:name>shop</s:name>
<s:creationInfo><s:CreationInfo><s:creator>Tool: syft-1.19.0</s:creator></s:CreationInfo></s:creationInfo>
</s:SpdxDocument></rdf:RDF>"""


@pytest.mark.parametrize(
    ("format", "data", "tool"),
    [
        (cyclonedx, bom([TOOL]), "syft 1.19.0"),
        (cyclonedx, bom({"components": [TOOL]}), "syft 1.19.0"),
        (cyclonedx, bom({"services": [{"name": "builder"}]}), "builder"),
        (cyclonedx, bom([{"version": "1"}, "x", TOOL]), "syft 1.19.0"),
        (cyclonedx, bom(None), ""),
        (cyclonedx, bom_in_xml(f"<tool>{IN_XML}</tool>"), "syft 1.19.0"),
        (cyclonedx, bom_in_xml(f"<components><component>{IN_XML}</component></components>"), "syft 1.19.0"),
        (spdx, as_json({"spdxVersion": "SPDX-2.3", "creationInfo": {"creators": CREATORS}}), "syft-1.19.0"),
        (spdx, as_json({"spdxVersion": "SPDX-2.3", "creationInfo": {"creators": ["Person: me"]}}), ""),
        (spdx, as_json({"spdxVersion": "SPDX-2.3", "creationInfo": [1]}), ""),
        (spdx, b"SPDXVersion: SPDX-2.3\nCreator: Person: me\nCreator: Tool: syft-1.19.0\n", "syft-1.19.0"),
        (spdx, b"<Document><spdxVersion>SPDX-2.3</spdxVersion><creationInfo><creators>Person: me</creators>"
         b"<creators>Tool: syft-1.19.0</creators></creationInfo></Document>", "syft-1.19.0"),
        (spdx, RDF.encode(), "syft-1.19.0"),
        (spdx, as_json({"@graph": [{"type": "Tool", "name": "syft-1.19.0"}]}), "syft-1.19.0"),
        (syft, as_json({"artifacts": [], "descriptor": TOOL}), "syft 1.19.0"),
        (github, as_json({"manifests": {"a": {}}, "detector": TOOL}), "syft 1.19.0"),
        (purls, b"pkg:npm/a@1", ""),
    ],
)  # fmt: skip
def test_the_tool_of_a_document(format, data, tool):
    assert format.read(data).inventory.sbom_tool == tool


@pytest.mark.parametrize(("report", "format"), [(cyclonedx_report, cyclonedx), (spdx_report, spdx)])
@pytest.mark.parametrize("tool", [None, "", "syft 1.19.0"])
def test_careen_writes_whose_sbom_it_read(report, format, tool):
    stream = io.StringIO()
    made = usual()
    made = replace(made, inventory=replace(made.inventory, sbom_tool=tool))
    report.REPORTER.write(made, stream, ReportOptions())
    assert format.read(stream.getvalue().encode()).inventory.sbom_tool == tool


@pytest.mark.parametrize("tool", [None, "", "syft"])
def test_the_tool_is_kept(tool):
    inventory = Inventory(None, (), sbom_tool=tool)
    assert inventory_with((), of_inventory(inventory), None, (), "careen").sbom_tool == tool


@given(st.text(), st.text())
def test_names_are_short(name, version):
    assert len(named(name, version)) <= 100
    assert bool(named(name, version)) is bool(name.strip())
    assert len(creator([name, f"Tool: {version}"])) <= 100
