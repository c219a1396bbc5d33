"""A small valid document of each kind, to be changed by tests."""

import json
from typing import Any

DIGEST = "sha256:" + "a" * 64


def cyclonedx(version: str = "1.6", **changes: Any) -> dict[str, Any]:
    component = {"type": "library", "bom-ref": "lib", "name": "libexample", "version": "1.2"}
    return {"bomFormat": "CycloneDX", "specVersion": version, "version": 1, "components": [component], **changes}


def cyclonedx_xml(version: str = "1.6", inside: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?>\n<bom xmlns="http://cyclonedx.org/schema/bom/{version}" version="1">\n<components>\n'
        f'<component type="library"><name>libexample</name><version>1.2</version>'
        f"<modified>false</modified></component>\n{inside}</components></bom>\n"
    ).encode()


def cyclonedx_proto(inside: str = "") -> bytes:
    return f'spec_version: "1.6"\nversion: 1\ncomponents {{\n  type: CLASSIFICATION_LIBRARY\n  name: "x"\n}}\n{inside}'.encode()


def spdx(**changes: Any) -> dict[str, Any]:
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": "example",
        "documentNamespace": "https://example.com/doc",
        "creationInfo": {"created": "2026-01-31T12:00:00Z", "creators": ["Tool: example-1.0"]},
        "packages": [
            {
                "SPDXID": "SPDXRef-a",
                "name": "libexample",
                "downloadLocation": "NOASSERTION",
                "filesAnalyzed": False,
                "checksums": [{"algorithm": "SHA1", "checksumValue": "a" * 40}],
            }
        ],
        "relationships": [
            {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-a"}
        ],
        **changes,
    }


TAG_VALUE = """\
SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: example
DocumentNamespace: https://example.com/doc
Creator: Tool: example-1.0
Created: 2026-01-31T12:00:00Z
# the package
PackageName: libexample
SPDXID: SPDXRef-a
PackageDownloadLocation: NOASSERTION
FilesAnalyzed: false
PackageChecksum: SHA1: {digits}
PackageComment: <text>two
lines</text>
ExternalRef: PACKAGE-MANAGER purl pkg:npm/libexample@1.2
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-a
""".format(digits="a" * 40)

YAML = """\
spdxVersion: SPDX-2.3
dataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
name: example
documentNamespace: https://example.com/doc
creationInfo: {created: '2026-01-31T12:00:00Z', creators: ['Tool: example-1.0']}
packages:
- {SPDXID: SPDXRef-a, name: libexample, downloadLocation: NONE, filesAnalyzed: false}
"""

XML = """\
<Document><spdxVersion>SPDX-2.3</spdxVersion><dataLicense>CC0-1.0</dataLicense><SPDXID>SPDXRef-DOCUMENT</SPDXID>
<name>example</name><documentNamespace>https://example.com/doc</documentNamespace>
<creationInfo><created>2026-01-31T12:00:00Z</created><creators>Tool: example-1.0</creators></creationInfo>
<packages><SPDXID>SPDXRef-a</SPDXID><name>a</name><downloadLocation>NONE</downloadLocation>
<filesAnalyzed>false</filesAnalyzed></packages></Document>
"""

RDF = """\
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:spdx="http://spdx.org/rdf/terms#">
<spdx:SpdxDocument rdf:about="https://example.com/doc#SPDXRef-DOCUMENT">
<spdx:specVersion>SPDX-2.3</spdx:specVersion><spdx:name>example</spdx:name>
<spdx:dataLicense rdf:resource="http://spdx.org/licenses/CC0-1.0"/>
<spdx:creationInfo><spdx:CreationInfo><spdx:created>2026-01-31T12:00:00Z</spdx:created>
<spdx:creator>Tool: example-1.0</spdx:creator></spdx:CreationInfo></spdx:creationInfo>
<spdx:relationship><spdx:Relationship>
<spdx:relationshipType rdf:resource="http://spdx.org/rdf/terms#relationshipType_describes"/>
<spdx:relatedSpdxElement><spdx:Package rdf:about="https://example.com/doc#SPDXRef-a"><spdx:name>a</spdx:name>
<spdx:downloadLocation rdf:resource="http://spdx.org/rdf/terms#noassertion"/></spdx:Package></spdx:relatedSpdxElement>
</spdx:Relationship></spdx:relationship></spdx:SpdxDocument></rdf:RDF>
"""


def spdx3(*elements: dict[str, Any]) -> dict[str, Any]:
    creation = {"type": "CreationInfo", "@id": "_:c", "specVersion": "3.0.1", "created": "2026-01-31T12:00:00Z"}
    creation["createdBy"] = ["https://example.com/who"]
    who = {"type": "Organization", "spdxId": "https://example.com/who", "name": "Example", "creationInfo": "_:c"}
    return {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [creation, who, *elements]}


def openvex(**changes: Any) -> dict[str, Any]:
    statement = {"vulnerability": {"name": "CVE-2026-1"}, "products": [{"@id": "pkg:npm/a@1"}], "status": "fixed"}
    return {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://example.com/vex",
        "author": "Example",
        "timestamp": "2026-01-31T12:00:00Z",
        "version": 1,
        "statements": [{**statement, **changes}],
    }


def csaf(version: str = "2.1", **vulnerability: Any) -> dict[str, Any]:
    """With the products A (0) and B (1), and the group G of both."""
    document: dict[str, Any] = {
        "category": "csaf_base",
        "csaf_version": version,
        "publisher": {"category": "vendor", "name": "Example", "namespace": "https://example.com"},
        "title": "Example",
        "tracking": {
            "id": "EX-1",
            "status": "final",
            "version": "1",
            "initial_release_date": "2026-01-31T12:00:00Z",
            "current_release_date": "2026-01-31T12:00:00Z",
            "revision_history": [{"date": "2026-01-31T12:00:00Z", "number": "1", "summary": "First."}],
        },
    }
    whole: dict[str, Any] = {"document": document}
    if version == "2.1":
        whole["$schema"] = "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json"
        document["distribution"] = {"tlp": {"label": "CLEAR"}}
    names = [{"name": f"Example {letter}", "product_id": letter} for letter in "AB"]
    groups = [{"group_id": "G", "product_ids": ["A", "B"]}]
    whole["product_tree"] = {"full_product_names": names, "product_groups": groups}
    if vulnerability:
        whole["vulnerabilities"] = [vulnerability]
    return whole


def oci_manifest(**changes: Any) -> dict[str, Any]:
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": DIGEST, "size": 7}
    layer = {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": DIGEST, "size": 9}
    return {"schemaVersion": 2, "config": config, "layers": [layer], **changes}


def every() -> dict[str, bytes]:
    """One of each kind and syntax."""
    documents = {
        "cyclonedx JSON": cyclonedx(),
        "spdx JSON": spdx(),
        "spdx JSON-LD": spdx3(),
        "openvex JSON": openvex(),
        "csaf JSON": csaf(cve="CVE-2026-0001"),
        "oci-manifest JSON": oci_manifest(),
        "oci-index JSON": {"schemaVersion": 2, "manifests": []},
        "oci-config JSON": {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [DIGEST]}},
        "oci-layout JSON": {"imageLayoutVersion": "1.0.0"},
        "oci-descriptor JSON": {"mediaType": "text/plain", "digest": DIGEST, "size": 0},
    }
    return {
        **{name: json.dumps(document).encode() for name, document in documents.items()},
        "cyclonedx XML": cyclonedx_xml(),
        "cyclonedx protocol buffer text": cyclonedx_proto(),
        "spdx tag-value": TAG_VALUE.encode(),
        "spdx YAML": YAML.encode(),
        "spdx XML": XML.encode(),
        "spdx RDF/XML": RDF.encode(),
    }
