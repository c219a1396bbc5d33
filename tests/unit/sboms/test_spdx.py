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


def test_what_the_document_is_of_is_no_package():
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
