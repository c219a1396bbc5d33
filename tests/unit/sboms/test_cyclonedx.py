import json

import pytest

from careen.model.package import Evidence, Source
from careen.sboms.cyclonedx import SBOM_FORMAT, read


def bom(*components, **more):
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": components, **more}).encode()


def only(*components, **more):
    (package,) = read(bom(*components, **more)).inventory.packages
    return package


def pair(name, value):
    return {"name": name, "value": value}


def test_trivys_words_for_source_module_place_and_layer():
    layer = "sha256:" + "ab" * 32
    found = only(
        {
            "type": "library", "name": "libssl3", "version": "3.0.11",
            "purl": "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12.5",
            "supplier": {"name": "Debian OpenSSL Team"},
            "properties": [
                pair("aquasecurity:trivy:SrcName", "openssl"), pair("aquasecurity:trivy:SrcVersion", "3.0.11"),
                pair("aquasecurity:trivy:SrcRelease", "1"), pair("aquasecurity:trivy:SrcEpoch", "1"),
                pair("aquasecurity:trivy:FilePath", "/var/lib/dpkg/status"), pair("aquasecurity:trivy:LayerDiffID", layer),
            ],
        },
        metadata={"component": {"properties": [
            pair("aquasecurity:trivy:DiffID", "sha256:" + "00" * 32), pair("aquasecurity:trivy:DiffID", layer)]}},
    )  # fmt: skip
    assert found.source == Source("openssl", "1:3.0.11-1")
    assert found.evidence == (Evidence("var/lib/dpkg/status", 1),)
    assert (found.distro, found.arch, found.maintainer) == ("debian-12.5", "amd64", "Debian OpenSSL Team")


def test_syfts_words_for_source_and_distribution():
    document = bom(
        {
            "type": "library", "name": "musl", "version": "1.2.4-r2",
            "purl": "pkg:apk/alpine/musl@1.2.4-r2?distro=alpine-3.18.4",
            "properties": [pair("syft:metadata:originPackage", "musl-src"),
                           pair("syft:location:0:path", "/lib/apk/db/installed")],
        },
        {"type": "operating-system", "name": "alpine", "version": "3.18.4",
         "properties": [pair("syft:distro:id", "alpine"), pair("syft:distro:versionID", "3.18.4")]},
        {"type": "file", "name": "/etc/passwd"},
    )  # fmt: skip
    inventory = read(document).inventory
    assert (inventory.distribution.id, inventory.distribution.version) == ("alpine", "3.18.4")
    assert [package.source.name for package in inventory.packages] == ["musl-src"]
    assert inventory.packages[0].evidence == (Evidence("lib/apk/db/installed", 0),)


def test_the_distribution_follows_from_the_packages():
    found = read(bom({"type": "library", "name": "x", "purl": "pkg:rpm/redhat/x@1-1?distro=redhat-9.2"})).inventory
    assert (found.distribution.id, found.distribution.version) == ("rhel", "9.2")


def test_components_in_components_are_packages_too():
    inner = {"type": "library", "name": "inner", "version": "2", "purl": "pkg:npm/inner@2"}
    outer = {"type": "library", "name": "outer", "version": "1", "purl": "pkg:npm/outer@1", "components": [inner]}
    assert [package.name for package in read(bom(outer)).inventory.packages] == ["outer", "inner"]


def test_the_letters_of_a_name_are_kept():
    assert only({"type": "library", "name": "Flask_Login", "purl": "pkg:pypi/flask-login@1"}).name == "Flask_Login"
    assert only({"type": "library", "name": "other", "purl": "pkg:pypi/flask-login@1"}).name == "flask-login"
    assert only({"type": "library", "group": "@a", "name": "b", "purl": "pkg:npm/%40a/b@1"}).name == "@a/b"
    assert only({"type": "library", "name": "gzip", "purl": "pkg:generic/gzip@1"}).name == "gzip"


def test_what_has_no_package_url_does_not_vanish():
    assert only({"type": "application", "name": "tool", "version": "7"}).purl == "pkg:generic/tool@7"


def test_a_wrong_package_url_is_unknown_and_the_rest_is_read():
    found = read(
        bom({"type": "library", "name": "a", "purl": "npm/a"}, {"type": "library", "name": "b", "purl": "pkg:npm/b@1"})
    )
    assert [package.name for package in found.inventory.packages] == ["b"]
    assert "npm/a" in found.inventory.unknowns[0].reason


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"bomFormat": "SPDX"}', b"\xff\xfe", b'{"bomFormat": "CycloneDX"'])
def test_anything_else_is_refused(data):
    with pytest.raises(ValueError, match=r".+"):
        read(data)


def test_nesting_is_bounded():
    component = {"type": "library", "name": "x"}
    for _ in range(40):
        component = {"type": "library", "name": "x", "components": [component]}
    with pytest.raises(ValueError, match="nested"):
        read(bom(component))


def test_is_recognised_by_its_head():
    assert SBOM_FORMAT.accepts(bom()[:64])
    assert not SBOM_FORMAT.accepts(b'{"spdxVersion": "SPDX-2.3"}')


def test_parts_of_what_the_document_is_of_are_packages():
    part = {"type": "library", "name": "a", "purl": "pkg:npm/a@1"}
    metadata = {"component": {"type": "application", "name": "shop", "components": [part]}}
    found = read(bom({"type": "library", "name": "b", "purl": "pkg:npm/b@1"}, part, metadata=metadata))
    assert [package.name for package in found.inventory.packages] == ["b", "a"]
    assert found.subject == "shop"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"specVersion": "2.0"}, "its version is '2.0', not 1.x"),
        ({"components": {"a": 1}}, "its components are not a list of objects"),
        ({"components": [{"type": "library"}, "x"]}, "its components are not a list of objects"),
        ({"components": [{"type": "library", "components": 7}]}, "its components are not a list of objects"),
    ],
)
def test_a_document_whose_components_cannot_be_read_is_no_empty_one(changes, message):
    with pytest.raises(ValueError, match=message):
        read(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", **changes}).encode())


def test_unknown_keys_are_passed_over():
    assert read(bom({"type": "library", "purl": "pkg:npm/a@1", "later": {"x": 1}}, later=[1])).inventory.packages[0].name == "a"


def test_the_version_may_be_beside_the_url():
    found = only({"type": "library", "name": "lodash", "version": "4.17.4", "purl": "pkg:npm/lodash"})
    assert (found.version, found.purl) == ("4.17.4", "pkg:npm/lodash@4.17.4")
    assert only({"type": "library", "name": "a", "version": "2", "purl": "pkg:npm/a@1"}).version == "1"
    deb = only({"type": "library", "name": "zlib1g", "version": "1:1.2", "purl": "pkg:deb/debian/zlib1g?distro=debian-12"})
    assert (deb.version, deb.source) == ("1:1.2", Source("zlib1g", "1:1.2"))


@pytest.mark.parametrize("kind", ["library", "Library", "framework", "platform", "firmware", "", "unheard-of"])
def test_software_without_a_version_does_not_vanish(kind):
    assert only({"type": kind, "name": "log4j-core"}).purl == "pkg:generic/log4j-core"
    assert only({"type": kind, "name": "log4j-core", "version": "2.14"}).purl == "pkg:generic/log4j-core@2.14"


@pytest.mark.parametrize("kind", ["file", "operating-system", "container", "data", "device", "application"])
def test_other_components_are_no_packages(kind):
    assert read(bom({"type": kind, "name": "package-lock.json"})).inventory.packages == ()
