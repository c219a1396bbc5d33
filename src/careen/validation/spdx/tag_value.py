"""An SPDX document in tag-value as the structure of its JSON, whole, with the lines that are not of the format.

Raises: ValueError over a limit. **Source:** SPDX 2.3, clauses 6 to 12 and annex H.
"""

from collections.abc import Iterator
from typing import Any

from careen.safety.pattern import pattern
from careen.validation.problem import Problem, quoted

MAX_LINES = 5_000_000
_LINE = pattern(r"\s*([A-Za-z]\w{0,60})\s*:\s?(.*)", 16)  # DOTALL
_LICENCE_LIST, _NO_TYPE = "LicenseListVersion", ("", "")

# tag -> (field, whether it is a list)
_DOCUMENT = {
    "SPDXVersion": "spdxVersion",
    "DataLicense": "dataLicense",
    "DocumentName": "name",
    "DocumentNamespace": "documentNamespace",
    "DocumentComment": "comment",
}
_CREATION = {"Created": "created", "CreatorComment": "comment", _LICENCE_LIST: "licenseListVersion"}
_COMMON = {"SPDXID": "SPDXID"}
_PACKAGE = _COMMON | {
    "PackageVersion": "versionInfo",
    "PackageFileName": "packageFileName",
    "PackageSupplier": "supplier",
    "PackageOriginator": "originator",
    "PackageDownloadLocation": "downloadLocation",
    "FilesAnalyzed": "filesAnalyzed",
    "PackageVerificationCode": "packageVerificationCode",
    "PackageHomePage": "homepage",
    "PackageSourceInfo": "sourceInfo",
    "PackageLicenseConcluded": "licenseConcluded",
    "PackageLicenseDeclared": "licenseDeclared",
    "PackageLicenseComments": "licenseComments",
    "PackageCopyrightText": "copyrightText",
    "PackageSummary": "summary",
    "PackageDescription": "description",
    "PackageComment": "comment",
    "PrimaryPackagePurpose": "primaryPackagePurpose",
    "ReleaseDate": "releaseDate",
    "BuiltDate": "builtDate",
    "ValidUntilDate": "validUntilDate",
}
_FILE = _COMMON | {
    "LicenseConcluded": "licenseConcluded",
    "LicenseComments": "licenseComments",
    "FileCopyrightText": "copyrightText",
    "FileComment": "comment",
    "FileNotice": "noticeText",
}
_SNIPPET = {
    "SnippetFromFileSPDXID": "snippetFromFile",
    "SnippetFromFile": "snippetFromFile",
    "SnippetLicenseConcluded": "licenseConcluded",
    "SnippetLicenseComments": "licenseComments",
    "SnippetCopyrightText": "copyrightText",
    "SnippetComment": "comment",
    "SnippetName": "name",
}
_LICENCE = {"ExtractedText": "extractedText", "LicenseName": "name", "LicenseComment": "comment"}
_ANNOTATION = {"AnnotationDate": "annotationDate", "AnnotationType": "annotationType", "AnnotationComment": "comment"}
_REVIEW = {"ReviewDate": "reviewDate", "ReviewComment": "comment"}
_LISTS = {
    "package": {"PackageLicenseInfoFromFiles": "licenseInfoFromFiles", "PackageAttributionText": "attributionTexts"},
    "file": {
        "FileType": "fileTypes",
        "LicenseInfoInFile": "licenseInfoInFiles",
        "FileContributor": "fileContributors",
        "FileDependency": "fileDependencies",
        "FileAttributionText": "attributionTexts",
    },
    "snippet": {"LicenseInfoInSnippet": "licenseInfoInSnippets", "SnippetAttributionText": "attributionTexts"},
    "licence": {"LicenseCrossReference": "seeAlsos"},
}
_FIELDS = {
    "document": _DOCUMENT | _COMMON,
    "package": _PACKAGE,
    "file": _FILE,
    "snippet": _SNIPPET,
    "licence": _LICENCE,
    "annotation": _ANNOTATION,
    "review": _REVIEW,
}
# tag that begins an element -> (section, list of the document, its field)
_BEGINS = {
    "PackageName": ("package", "packages", "name"),
    "FileName": ("file", "files", "fileName"),
    "SnippetSPDXID": ("snippet", "snippets", "SPDXID"),
    "LicenseID": ("licence", "hasExtractedLicensingInfos", "licenseId"),
    "Annotator": ("annotation", "annotations", "annotator"),
    "Reviewer": ("review", "revieweds", "reviewer"),
}
_IGNORED = ("ArtifactOfProjectName", "ArtifactOfProjectHomePage", "ArtifactOfProjectURI", "SPDXREF")
_RANGES = {"SnippetByteRange": "offset", "SnippetLineRange": "lineNumber"}


class Read:
    """The content of a file: its ``document`` as JSON has it, and the ``problems`` of its lines."""

    def __init__(self, data: bytes) -> None:
        self.document: dict[str, Any] = {}
        self.problems: list[Problem] = []
        self._section, self._element = "document", self.document
        for line, tag, value in self._tags(data):
            if message := self._take(tag, value):
                self.problems.append(Problem(f"line {line}", message))

    def _take(self, tag: str, value: str) -> str:
        """Stores one tag. Returns the reason why it is wrong, "" if it is not."""
        if tag in _BEGINS:
            self._section, holder, field = _BEGINS[tag]
            self._element = {field: value}
            self.document.setdefault(holder, []).append(self._element)
        elif tag in _FIELDS[self._section]:
            return self._set(self._element, _FIELDS[self._section][tag], value, tag)
        elif tag in _LISTS.get(self._section, ()):
            self._element.setdefault(_LISTS[self._section][tag], []).append(value)
        elif tag in _DOCUMENT:
            return self._set(self.document, _DOCUMENT[tag], value, tag)
        elif tag == "Creator":
            self._creation.setdefault("creators", []).append(value)
        elif tag in _CREATION:
            return self._set(self._creation, _CREATION[tag], value, tag)
        elif tag not in _IGNORED:
            return self._take_structured(tag, value)
        return ""

    @property
    def _creation(self) -> dict[str, Any]:
        found: dict[str, Any] = self.document.setdefault("creationInfo", {})
        return found

    def _set(self, element: dict[str, Any], field: str, value: str, tag: str) -> str:
        if field in element:
            return f"{tag} is given twice"
        element[field] = value
        if field == "filesAnalyzed" and value.lower() in ("true", "false"):
            element[field] = value.lower() == "true"
        elif field == "packageVerificationCode":
            code, _, excluded = value.partition("(")
            element[field] = {"packageVerificationCodeValue": code.strip()}
            if names := excluded.rstrip(")").removeprefix("excludes:").strip():
                element[field]["packageVerificationCodeExcludedFiles"] = names.split(", ")
        return ""

    def _take_structured(self, tag: str, value: str) -> str:
        words = value.split()
        if tag in ("PackageChecksum", "FileChecksum") and self._section in ("package", "file"):
            algorithm, colon, digest = value.partition(":")
            self._element.setdefault("checksums", []).append({"algorithm": algorithm.strip(), "checksumValue": digest.strip()})
            return "" if colon else f"{quoted(value)} is not a checksum"
        if tag == "ExternalRef" and len(words) == 3 and self._section == "package":
            fields = ("referenceCategory", "referenceType", "referenceLocator")
            self._element.setdefault("externalRefs", []).append(dict(zip(fields, words, strict=True)))
        elif tag == "ExternalRefComment" and self._section == "package" and self._element.get("externalRefs"):
            return self._set(self._element["externalRefs"][-1], "comment", value, tag)
        elif tag == "ExternalDocumentRef" and len(words) >= 3:
            algorithm, _, digest = " ".join(words[2:]).partition(":")
            checksum = {"algorithm": algorithm.strip(), "checksumValue": digest.strip()}
            entry = {"externalDocumentId": words[0], "spdxDocument": words[1], "checksum": checksum}
            self.document.setdefault("externalDocumentRefs", []).append(entry)
        elif tag == "Relationship" and len(words) == 3:
            fields = ("spdxElementId", "relationshipType", "relatedSpdxElement")
            self.document.setdefault("relationships", []).append(dict(zip(fields, words, strict=True)))
        elif tag == "RelationshipComment" and self.document.get("relationships"):
            return self._set(self.document["relationships"][-1], "comment", value, tag)
        elif tag in _RANGES and self._section == "snippet":
            return self._take_range(_RANGES[tag], value)
        else:
            return f"{quoted(tag)} is not a tag of this section, or its value is incomplete"
        return ""

    def _take_range(self, field: str, value: str) -> str:
        first, colon, last = value.partition(":")
        if not (colon and first.isdecimal() and last.isdecimal() and len(value) < 40):
            return f"{quoted(value)} is not a range"
        file = self._element.get("snippetFromFile", "")
        start, end = ({field: int(number), "reference": file} for number in (first, last))
        self._element.setdefault("ranges", []).append({"startPointer": start, "endPointer": end})
        return ""

    def _tags(self, data: bytes) -> Iterator[tuple[int, str, str]]:
        """(line, tag, value) of each tag. A value between <text> and </text> may have many lines."""
        lines = data.decode("utf-8", "replace").splitlines()
        if len(lines) > MAX_LINES:
            raise ValueError(f"more than {MAX_LINES} lines")
        begun, tag, parts = 0, "", list[str]()
        for number, line in enumerate(lines, 1):
            if begun:
                parts.append(line)
            elif not line.strip() or line.lstrip().startswith("#"):
                continue
            elif match := _LINE.fullmatch(line):
                begun, tag, parts = number, match[1], [match[2].strip()]
            else:
                self.problems.append(Problem(f"line {number}", f"{quoted(line)} is not a tag with a value"))
                continue
            if not parts[0].startswith("<text>") or "</text>" in parts[-1]:
                yield begun, tag, "\n".join(parts).removeprefix("<text>").partition("</text>")[0]
                begun = 0
        if begun:
            self.problems.append(Problem(f"line {begun}", "a <text> has no end"))
