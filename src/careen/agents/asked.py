"""The arguments of each tool. Their schemas are made from these types: agents read the descriptions."""

from typing import Annotated

from msgspec import Meta, Struct

from careen.model.advisory import Severity

from .answers import MAX_PAGE, PAGE

Reference = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=1000,
        description="a path within the allowed folders (an image archive, OCI layout, folder, package, lock file or SBOM), "
        "written with ./ in front, or the name of an allowed image",
    ),
]
InFolder = Annotated[str, Meta(min_length=1, max_length=1000, description="a path within the allowed folders")]
Cursor = Annotated[str, Meta(max_length=100, description="the cursor of the previous answer")]
Limit = Annotated[int, Meta(ge=1, le=MAX_PAGE, description="rows of a page")]


class Scan(Struct, frozen=True, forbid_unknown_fields=True):
    reference: Reference
    severity: Annotated[tuple[Severity, ...], Meta(max_length=6, description="list only these severities")] = ()
    limit: Limit = PAGE
    cursor: Cursor = ""


class Check(Struct, frozen=True, forbid_unknown_fields=True):
    path: InFolder
    limit: Limit = PAGE
    cursor: Cursor = ""


class Explain(Struct, frozen=True, forbid_unknown_fields=True):
    id: Annotated[str, Meta(min_length=3, max_length=100, description="an id of the vulnerability: CVE-…, GHSA-…")]
    reference: Reference
    package: Annotated[str, Meta(max_length=500, description="explain it for this package only (default: all)")] = ""


class Fix(Struct, frozen=True, forbid_unknown_fields=True):
    reference: Reference
    dockerfile: Annotated[
        str,
        Meta(max_length=1000, description="the Dockerfile of the image, within the allowed folders: a diff of it is returned"),
    ] = ""


class SearchReports(Struct, frozen=True, forbid_unknown_fields=True):
    words: Annotated[
        str,
        Meta(
            max_length=500, description="words that a finding has in its id, severity, package, path or title; all must match"
        ),
    ]
    path: Annotated[
        str, Meta(max_length=1000, description="a report (JSON), or a folder with reports (default: the first allowed folder)")
    ] = "."
    limit: Limit = PAGE
    cursor: Cursor = ""


class SearchAdvisories(Struct, frozen=True, forbid_unknown_fields=True):
    id: Annotated[str, Meta(max_length=100, description="an id of a vulnerability; or give ecosystem and package")] = ""
    ecosystem: Annotated[
        str, Meta(max_length=100, description="as advisories name it: PyPI, npm, Maven, Go, crates.io, DISTRIBUTION:RELEASE")
    ] = ""
    package: Annotated[str, Meta(max_length=500, description="the name of the package")] = ""
    limit: Limit = PAGE
    cursor: Cursor = ""


class ListReadable(Struct, frozen=True, forbid_unknown_fields=True):
    pass
