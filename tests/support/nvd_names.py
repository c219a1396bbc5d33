"""NVD's dictionary of CPE names, and its match criteria: which names there are, what replaced them, what a range holds.

They are not used to assess: each CVE repeats its criteria with their bounds. They keep the map of software alive (a name that
was replaced names nothing any more) and check how bounds are read, for each criterion lists the names of the versions in it.

Forms: pages of the API and chunks of the feed 2.0 in a tar, ``{products: [{cpe: {cpeName, deprecated, deprecatedBy:
[{cpeName}]}}]}`` and ``{matchStrings: [{matchString: {matchCriteriaId, criteria, version…, status, matches: [{cpeName}]}}]}``;
the older dictionary in XML (``cpe-item`` with ``cpe23-item`` and ``deprecated-by``), and the older criteria (``{matches:
[{cpe23Uri, version…, cpe_name: [{cpe23Uri}]}]}``).
Raises: ValueError.  **Source:** NVD CPE API 2.0 and Match Criteria API 2.0 schemas; NISTIR 7697 (dictionary).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct, field

from careen.formats.archives.inflate import open_stream
from careen.formats.archives.tar_archive import documents
from careen.formats.data.json_file import read_bounded
from careen.formats.data.xml_stream import elements
from careen.formats.feeds.applicability import Criterion
from careen.safety.budget import Limits
from careen.safety.typed import from_json

MAX_DOCUMENT_BYTES = 256 << 20
MAX_BYTES = 8 << 30
Page = TypeVar("Page")


class Name(Struct, frozen=True):
    cpe: str
    deprecated: bool = False
    successors: tuple[str, ...] = ()


class Criteria(Struct, frozen=True):
    id: str  # "" in the older form
    criterion: Criterion
    names: tuple[str, ...]  # of the versions in it
    active: bool = True


class _Named(Struct, gc=False):
    name: str = field(name="cpeName")


class _Cpe(Struct, gc=False, rename="camel"):
    cpe_name: str
    deprecated: bool = False
    deprecated_by: tuple[_Named, ...] = ()


class _Product(Struct, gc=False):
    cpe: _Cpe


class _Dictionary(Struct, gc=False):
    products: list[_Product]


class _MatchString(Criterion, gc=False, rename="camel"):
    match_criteria_id: str = ""
    status: str = "Active"
    matches: tuple[_Named, ...] = ()


class _Match(Struct, gc=False, rename="camel"):
    match_string: _MatchString


class _Uri(Struct, gc=False):
    name: str = field(name="cpe23Uri")


class _OldMatch(Struct, gc=False, rename="camel"):
    criteria: str = field(name="cpe23Uri")
    version_start_including: str | None = None
    version_start_excluding: str | None = None
    version_end_including: str | None = None
    version_end_excluding: str | None = None
    names: tuple[_Uri, ...] = field(name="cpe_name", default=())


class _Matches(Struct, gc=False, rename="camel"):
    match_strings: list[_Match] | None = None
    matches: list[_OldMatch] | None = None


def dictionary(file: Path) -> Iterator[Name]:
    if _begins_with(file, b"<"):
        found = False
        for item in elements(file, frozenset(("cpe-item",)), MAX_BYTES):
            named = item.first("cpe23-item")
            if named is None or not named.attributes.get("name"):
                raise ValueError("an item of the dictionary without its name")
            successors = tuple(one.attributes.get("name", "") for one in item.below("deprecated-by"))
            yield Name(named.attributes["name"], item.attributes.get("deprecated") == "true", successors)
            found = True
        if not found:
            raise ValueError("a dictionary without items")
        return
    for page in _pages(file, _Dictionary):
        for product in page.products:
            cpe = product.cpe
            yield Name(cpe.cpe_name, cpe.deprecated, tuple(one.name for one in cpe.deprecated_by))


def criteria(file: Path) -> Iterator[Criteria]:
    for page in _pages(file, _Matches):
        if page.match_strings is None and page.matches is None:
            raise ValueError("a file of NVD without match criteria")
        for one in page.match_strings or ():
            match = one.match_string
            names = tuple(name.name for name in match.matches)
            yield Criteria(match.match_criteria_id, _plain(match), names, match.status == "Active")
        for old in page.matches or ():
            yield Criteria("", _plain(old), tuple(name.name for name in old.names))


def _plain(match: _MatchString | _OldMatch) -> Criterion:
    return Criterion(
        match.criteria,
        version_start_including=match.version_start_including,
        version_start_excluding=match.version_start_excluding,
        version_end_including=match.version_end_including,
        version_end_excluding=match.version_end_excluding,
    )


def _pages(file: Path, kind: type[Page]) -> Iterator[Page]:
    packed = not _begins_with(file, b"{")
    for data in (
        documents(file, ".json", MAX_DOCUMENT_BYTES, MAX_BYTES) if packed else (read_bounded(file, MAX_DOCUMENT_BYTES),)
    ):
        try:
            yield from_json(data, kind)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise ValueError(str(error)) from None


def _begins_with(file: Path, start: bytes) -> bool:
    with file.open("rb") as raw:
        return open_stream(raw, Limits(inflated_bytes=MAX_BYTES)).peek(64).lstrip().startswith(start)
