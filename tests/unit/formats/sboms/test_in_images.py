import pytest

from careen.formats.sboms.in_images import document_of, listed, spdx_purl

XML = b'<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components/></bom>'


@pytest.mark.parametrize(
    ("data", "path", "key"),
    [
        (b'{"bomFormat": "CycloneDX"}', "sbom.json", "bomFormat"),
        (b'\xef\xbb\xbf  {"artifacts": []}', "x.syft.json", "artifacts"),
        (XML, "bom.xml", "bomFormat"),
        (b"SPDXVersion: SPDX-2.3\n", "x.spdx", "spdxVersion"),
    ],
)
def test_every_format_has_the_structure_of_its_json(data, path, key):
    assert key in document_of(data, path)


@pytest.mark.parametrize(("data", "path"), [(b"<html/>", "bom.xml"), (b"text", "bom"), (b"text", "x.spdx")])
def test_another_kind_of_file_with_a_loose_name_is_empty(data, path):
    assert document_of(data, path) == {}


def test_another_kind_of_file_with_a_strict_name_is_an_error():
    with pytest.raises(ValueError, match="JSON"):
        document_of(b"text", "x.cdx.json")


@pytest.mark.parametrize("purl", ["pkg:oci/a@1", "pkg:docker/a@1", "pkg:generic/a@1"])
def test_images_and_packages_without_ecosystem_are_not_listed(purl):
    assert listed(purl) is None


def test_a_package_is_listed():
    found = listed("pkg:pypi/a-b@1", "A_B")
    assert found
    assert (found.type, found.name, found.version) == ("pypi", "A_B", "1")
    with pytest.raises(ValueError, match="package URL"):
        listed("no purl")


def test_the_purl_of_an_spdx_package():
    references = [
        {"referenceType": "cpe23Type", "referenceLocator": "x"},
        {"referenceType": "purl", "referenceLocator": "pkg:a/b"},
    ]
    assert spdx_purl({"externalRefs": references}) == "pkg:a/b"
    assert spdx_purl({"externalRefs": "x"}) == ""
