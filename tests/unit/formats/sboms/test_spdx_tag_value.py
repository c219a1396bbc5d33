import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.formats.sboms import spdx_tag_value
from careen.formats.sboms.spdx_tag_value import document

HEAD = "SPDXVersion: SPDX-2.3\n"


def packages(text):
    return document((HEAD + text).encode())["packages"]


def test_fields_belong_to_the_package_before():
    found = packages("PackageName: a\nSPDXID: SPDXRef-a\nPackageVersion: 1\n\nPackageName: b\nPackageVersion: 2\n")
    assert [(one["name"], one["versionInfo"], one.get("SPDXID")) for one in found] == [
        ("a", "1", "SPDXRef-a"),
        ("b", "2", None),
    ]


def test_fields_of_a_file_are_not_those_of_a_package():
    [found] = packages("PackageName: a\nFileName: ./x\nSPDXID: SPDXRef-x\nPackageVersion: 9\n")
    assert found == {"name": "a", "externalRefs": []}


def test_references_and_relationships():
    found = document(
        (
            HEAD + "Relationship: a DESCRIBES b\nRelationship: a b\nPackageName: p\nExternalRef: PACKAGE-MANAGER purl pkg:a/b\n"
        ).encode()
    )
    assert found["relationships"] == [{"spdxElementId": "a", "relationshipType": "DESCRIBES", "relatedSpdxElement": "b"}]
    assert found["packages"][0]["externalRefs"] == [{"referenceType": "purl", "referenceLocator": "pkg:a/b"}]


@pytest.mark.parametrize("text", ["<text>1\nPackageName: x</text>", "<text>\n1\nPackageName: x</text>"])
def test_a_text_of_several_lines_is_one_value(text):
    [found] = packages(f"PackageName: a\nPackageSourceInfo: {text}\nPackageVersion: 2\n")
    assert "PackageName: x" in found["sourceInfo"]
    assert found["versionInfo"] == "2"


def test_a_text_without_end_is_an_error():
    with pytest.raises(ValueError, match="no end"):
        packages("PackageName: a\nPackageSourceInfo: <text>1\n")


@pytest.mark.parametrize("data", [b"", b"PackageName: a\n", b"# SPDXVersion: SPDX-2.3\n"])
def test_another_document_is_an_error(data):
    with pytest.raises(ValueError, match="not an SPDX document"):
        document(data)


def test_lines_are_bounded(monkeypatch):
    monkeypatch.setattr(spdx_tag_value, "MAX_LINES", 3)
    with pytest.raises(ValueError, match="more than 3 lines"):
        packages("PackageName: a\n" * 4)


@given(st.binary(max_size=200))
def test_other_bytes_raise_value_errors_only(data):
    try:
        document(b"SPDXVersion: SPDX-2.3\n" + data)
    except ValueError:
        pass
