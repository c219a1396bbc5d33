import json

import pytest

from careen.model.package import Source
from careen.sboms.spdx import SBOM_FORMAT, read

TAGS = b"""\
SPDXVersion: SPDX-2.3
DocumentName: shop
# a comment
PackageName: shop
SPDXID: SPDXRef-Root
PrimaryPackagePurpose: CONTAINER
PackageName: libc6
SPDXID: SPDXRef-1
PackageVersion: 2.36-9
PackageSupplier: Organization: Debian
PackageLicenseDeclared: GPL-2.0-only
PackageComment: <text>several
PackageName: not a package
lines</text>
ExternalRef: PACKAGE-MANAGER purl pkg:deb/debian/libc6@2.36-9?arch=amd64&upstream=glibc&distro=debian-12
ExternalRef: SECURITY cpe23Type cpe:2.3:a:gnu:glibc:2.36:*:*:*:*:*:*:*
PackageName: left-pad
SPDXID: SPDXRef-2
PackageVersion: 1.0
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-Root
"""


def document(*packages, **more):
    return json.dumps({"spdxVersion": "SPDX-2.3", "name": "shop", "packages": packages, **more}).encode()


def purl(text):
    return [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": text}]


def test_tag_value():
    found = read(TAGS)
    libc, left = found.inventory.packages
    assert found.subject == "shop"
    assert (libc.name, libc.version, libc.source) == ("libc6", "2.36-9", Source("glibc", "2.36-9"))
    assert (libc.maintainer, libc.licenses) == ("Debian", ("GPL-2.0-only",))
    assert libc.cpe == "cpe:2.3:a:gnu:glibc:2.36:*:*:*:*:*:*:*"
    assert left.purl == "pkg:generic/left-pad@1.0"
    assert (found.inventory.distribution.id, found.inventory.distribution.version) == ("debian", "12")


def test_trivys_sentence_about_the_source_and_its_epoch():
    entry = {"name": "libssl3", "versionInfo": "1:3.0.11-1", "sourceInfo": "built package from: openssl 1:3.0.11-1",
             "externalRefs": purl("pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12.4&epoch=1")}  # fmt: skip
    (package,) = read(document(entry)).inventory.packages
    assert (package.version, package.source) == ("1:3.0.11-1", Source("openssl", "1:3.0.11-1"))
    tags = b"SPDXVersion: SPDX-2.3\nPackageName: libssl3\nPackageSourceInfo: built package from: openssl 3\n"
    tags += b"ExternalRef: PACKAGE-MANAGER purl pkg:deb/debian/libssl3@3\n"
    (package,) = read(tags).inventory.packages
    assert package.source == Source("openssl", "3")
    (package,) = read(
        document(entry | {"sourceInfo": "acquired package info from DPKG DB: /var/lib/dpkg/status"})
    ).inventory.packages
    assert package.source == Source("libssl3", "1:3.0.11-1")


def test_the_places_in_sentences_of_syft_and_trivy():
    def places(sentence):
        (package,) = read(document({"name": "a", "versionInfo": "1", "sourceInfo": sentence})).inventory.packages
        return [place.path for place in package.evidence]

    syft = "acquired package info from go module information: "
    assert places(f"{syft}/usr/bin/a, /usr/bin/b, /usr/bin/a") == ["usr/bin/a", "usr/bin/b"]
    assert places("package found in: app/package.json") == ["app/package.json"]
    assert places("built from https://example.org: /srv") == places(syft) == places("package found in: ") == []


def test_entries_of_one_package_have_the_places_of_all():
    entries = [
        {"name": "stdlib", "versionInfo": "go1.19.8", "externalRefs": purl("pkg:golang/stdlib@1.19.8"),
         "sourceInfo": f"acquired package info from go module information: /usr/bin/{name}"}
        for name in "ab"
    ]  # fmt: skip
    (package,) = read(document(*entries)).inventory.packages
    assert [place.path for place in package.evidence] == ["usr/bin/a", "usr/bin/b"]


def test_the_subject_of_the_document_is_not_a_package():
    root = {"SPDXID": "SPDXRef-Root", "name": "registry.example/shop", "externalRefs": purl("pkg:oci/shop@sha256:ab")}
    bash = {"SPDXID": "SPDXRef-1", "name": "bash", "versionInfo": "5",
            "externalRefs": purl("pkg:rpm/rhel/bash@5.1-6?epoch=1&upstream=bash-5.1-6.src.rpm&distro=rhel-9.2")}  # fmt: skip
    found = read(document(root, bash, documentDescribes=["SPDXRef-Root"]))
    (package,) = found.inventory.packages
    assert (package.name, package.version, package.source) == ("bash", "1:5.1-6", Source("bash", "1:5.1-6"))
    assert found.subject == "registry.example/shop"


def test_version_3():
    graph = [
        {"type": "SpdxDocument", "name": "shop"},
        {"type": "software_Package", "spdxId": "urn:1", "name": "a", "software_packageUrl": "pkg:npm/a@1"},
        {"type": "software_Package", "spdxId": "urn:2", "name": "b",
         "externalIdentifier": [{"externalIdentifierType": "packageUrl", "identifier": "pkg:npm/b@2"}]},
    ]  # fmt: skip
    data = json.dumps({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": graph}).encode()
    assert SBOM_FORMAT.accepts(data)
    assert [package.purl for package in read(data).inventory.packages] == ["pkg:npm/a@1", "pkg:npm/b@2"]


@pytest.mark.parametrize("data", [b"", b"PackageName: x", b'{"packages": []}', b"SPDXVersion: SPDX-2.3\nX: <text>never"])
def test_anything_else_is_refused(data):
    with pytest.raises(ValueError, match=r".+"):
        read(data)


YAML = b"""\
SPDXID: "SPDXRef-DOCUMENT"
spdxVersion: SPDX-2.3
name: shop
documentDescribes: [SPDXRef-Root]
packages:
- {name: shop, SPDXID: SPDXRef-Root}
- name: a
  SPDXID: SPDXRef-1
  versionInfo: 1.10
  licenseDeclared: MIT
  externalRefs:
  - {referenceCategory: PACKAGE_MANAGER, referenceType: purl, referenceLocator: "pkg:npm/a@1.10"}
"""
XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<Document><SPDXID>SPDXRef-DOCUMENT</SPDXID><spdxVersion>SPDX-2.2</spdxVersion><name>shop</name>
<documentDescribes>SPDXRef-Root</documentDescribes>
<packages><name>shop</name><SPDXID>SPDXRef-Root</SPDXID></packages>
<packages><name>a</name><SPDXID>SPDXRef-1</SPDXID><versionInfo>1.10</versionInfo><licenseDeclared>MIT</licenseDeclared>
<externalRefs><referenceType>purl</referenceType><referenceLocator>pkg:npm/a@1.10</referenceLocator></externalRefs>
</packages></Document>"""
RDF = b"""<rdf:RDF xmlns:spdx="http://spdx.org/rdf/terms#" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<spdx:SpdxDocument rdf:about="https://shop.example/1#SPDXRef-DOCUMENT">
<spdx:specVersion>SPDX-2.3</spdx:specVersion><spdx:name>shop</spdx:name>
<spdx:relationship><spdx:Relationship>
<spdx:relationshipType rdf:resource="http://spdx.org/rdf/terms#relationshipType_describes"/>
<spdx:relatedSpdxElement><spdx:Package rdf:about="https://shop.example/1#SPDXRef-Root"><spdx:name>shop</spdx:name>
<spdx:relationship><spdx:Relationship>
<spdx:relationshipType rdf:resource="http://spdx.org/rdf/terms#relationshipType_contains"/>
<spdx:relatedSpdxElement><spdx:Package rdf:about="https://shop.example/1#SPDXRef-1">
<spdx:name>a</spdx:name><spdx:versionInfo>1.10</spdx:versionInfo>
<spdx:licenseDeclared rdf:resource="http://spdx.org/licenses/MIT"/>
<spdx:licenseConcluded rdf:resource="http://spdx.org/rdf/terms#noassertion"/>
<spdx:externalRef><spdx:ExternalRef>
<spdx:referenceType rdf:resource="http://spdx.org/rdf/references/purl"/>
<spdx:referenceLocator>pkg:npm/a@1.10</spdx:referenceLocator>
</spdx:ExternalRef></spdx:externalRef>
</spdx:Package></spdx:relatedSpdxElement></spdx:Relationship></spdx:relationship>
</spdx:Package></spdx:relatedSpdxElement></spdx:Relationship></spdx:relationship>
</spdx:SpdxDocument></rdf:RDF>"""


@pytest.mark.parametrize("data", [YAML, XML, RDF], ids=["yaml", "xml", "rdf"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_other_syntaxes_give_the_same(data, encoding):
    data = data.decode().replace("UTF-8", encoding.upper()).encode(encoding)
    found = read(data)
    (package,) = found.inventory.packages
    assert (found.subject, package.purl, package.version, package.licenses) == ("shop", "pkg:npm/a@1.10", "1.10", ("MIT",))
    assert found.inventory.unknowns == ()


@pytest.mark.parametrize("data", [YAML, XML, RDF], ids=["yaml", "xml", "rdf"])
def test_other_syntaxes_are_recognised(data):
    assert SBOM_FORMAT.accepts(data)
    assert not SBOM_FORMAT.accepts(data.replace(b"spdxVersion", b"version").replace(b"spdx.org/rdf/terms", b"other"))


def test_other_xml_is_an_error():
    with pytest.raises(ValueError, match="it has no version"):
        read(b"<Document><packages><name>a</name></packages></Document>")


def test_the_address_of_a_reference_type_counts_as_its_name():
    reference = {"referenceType": "http://spdx.org/rdf/references/purl", "referenceLocator": "pkg:npm/a@1"}
    entry = {"name": "a", "externalRefs": [reference]}
    (package,) = read(document(entry)).inventory.packages
    assert package.purl == "pkg:npm/a@1"


@pytest.mark.parametrize("key", ["sbom", "predicate", "SPDX"])
def test_an_envelope_is_removed(key):
    inner = json.loads(document({"name": "a", "externalRefs": purl("pkg:npm/a@1")}))
    for data in ({key: inner}, {"predicate": {"Data": json.dumps(inner)}}):
        (package,) = read(json.dumps(data).encode()).inventory.packages
        assert package.purl == "pkg:npm/a@1"


def test_version_3_names_its_roots_and_cpes():
    graph = [
        {"type": "software_Sbom", "rootElement": ["urn:root"]},
        {"type": "software_Package", "spdxId": "urn:root", "name": "shop"},
        {"type": "software_Package", "spdxId": "urn:a", "name": "a", "software_packageVersion": "1",
         "externalIdentifier": [{"externalIdentifierType": "cpe23", "identifier": "cpe:2.3:a:x:a:1:*:*:*:*:*:*:*"}]},
        {"type": "software_Package", "spdxId": "urn:os", "name": "debian", "software_packageVersion": "12",
         "software_primaryPurpose": "operatingSystem"},
    ]  # fmt: skip
    found = read(json.dumps({"@graph": graph}).encode()).inventory
    assert [(one.name, one.cpe) for one in found.packages] == [("a", "cpe:2.3:a:x:a:1:*:*:*:*:*:*:*")]
    assert (found.distribution.id, found.distribution.version) == ("debian", "12")


@pytest.mark.parametrize("packages", [{"a": 1}, ["x"], 7])
def test_packages_that_cannot_be_read_are_no_empty_list(packages):
    with pytest.raises(ValueError, match="its packages are not a list of objects"):
        read(json.dumps({"spdxVersion": "SPDX-2.3", "packages": packages}).encode())


@pytest.mark.parametrize(("version", "expected"), [("4.17.4", "pkg:npm/a@4.17.4"), ("NOASSERTION", "pkg:npm/a")])
def test_the_version_may_be_beside_the_url(version, expected):
    entry = {"SPDXID": "SPDXRef-1", "name": "a", "versionInfo": version, "externalRefs": purl("pkg:npm/a")}
    assert [package.purl for package in read(document(entry)).inventory.packages] == [expected]


def test_several_subjects_are_packages():
    entries = [{"SPDXID": f"SPDXRef-{name}", "name": name, "versionInfo": "1"} for name in ("a", "b")]
    found = read(document(*entries, documentDescribes=["SPDXRef-a", "SPDXRef-b"]))
    assert [package.name for package in found.inventory.packages] == ["a", "b"]
    assert read(document(entries[0], documentDescribes=["SPDXRef-a"])).inventory.packages == ()
