import pytest
from tests.support.valid_documents import TAG_VALUE

from careen.validation.spdx.tag_value import Read


def test_a_document_is_that_of_json():
    read = Read(TAG_VALUE.encode())
    assert read.problems == []
    (package,) = read.document["packages"]
    assert package["comment"] == "two\nlines"
    assert package["filesAnalyzed"] is False
    assert package["checksums"] == [{"algorithm": "SHA1", "checksumValue": "a" * 40}]
    assert read.document["creationInfo"] == {"creators": ["Tool: example-1.0"], "created": "2026-01-31T12:00:00Z"}


def test_files_snippets_and_licences():
    text = (
        "FileName: ./a.c\nSPDXID: SPDXRef-f\nFileType: SOURCE\nFileChecksum: SHA1: ab\nLicenseInfoInFile: MIT\n"
        "SnippetSPDXID: SPDXRef-s\nSnippetFromFileSPDXID: SPDXRef-f\nSnippetByteRange: 3:9\n"
        "LicenseID: LicenseRef-1\nExtractedText: <text>own</text>\nAnnotator: Tool: x\nAnnotationType: OTHER\n"
        "PackageName: p\nPackageVerificationCode: ab (excludes: ./x, ./y)\n"
    )
    read = Read(text.encode())
    assert read.problems == []
    assert read.document["files"][0]["fileTypes"] == ["SOURCE"]
    assert read.document["snippets"][0]["ranges"][0]["endPointer"] == {"offset": 9, "reference": "SPDXRef-f"}
    assert read.document["hasExtractedLicensingInfos"] == [{"licenseId": "LicenseRef-1", "extractedText": "own"}]
    assert read.document["annotations"] == [{"annotator": "Tool: x", "annotationType": "OTHER"}]
    code = read.document["packages"][0]["packageVerificationCode"]
    assert code == {"packageVerificationCodeValue": "ab", "packageVerificationCodeExcludedFiles": ["./x", "./y"]}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("no tag", 1),
        ("DocumentName: a\nDocumentName: b", 2),
        ("Other: x", 1),
        ("PackageVersion: 1", 1),
        ("PackageName: p\nPackageChecksum: abc", 2),
        ("Relationship: a b", 1),
        ("DocumentComment: <text>x\ny", 1),
        ("SnippetSPDXID: s\nSnippetByteRange: 1-2", 2),
    ],
)
def test_a_line_that_is_not_of_the_format_is_named(text, line):
    assert [problem.place for problem in Read(text.encode()).problems] == [f"line {line}"]
