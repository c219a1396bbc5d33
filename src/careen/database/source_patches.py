"""The CVEs that a Debian source package's own patches fix, and the earliest day of each fix.

A changelog may mention "multiple vulnerabilities" without their ids, while the patches have them: in the name of the file
(``CVE-2026-1234.patch``), in the header's title (``Subject``, ``Description``, ``Bug``), or as the object of "fixes". Other
mentions do not count: headers also mention similar vulnerabilities, or those that an earlier patch left ("apply the fix of"
one of years ago). A patch proves that the newest version of its package has the fix. No version older than the patch has
it: the patch is as old as its header's ``Date``, if there is one, and not older than the year of the CVE. ``Last-Update``
is no evidence, since patches are refreshed.
Patches without a CVE are identified by the bug or commit that they come from (``formats.debian.references``).
**Source:** DEP-3 (patch headers); dpkg-source(1), "Format: 3.0 (quilt)" (series); git-format-patch(1).
"""

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from careen.formats.debian.changelog import day_of
from careen.formats.debian.references import Mention, mention

MAX_HEADER_BYTES = 16 << 10
MAX_SERIES_BYTES = 1 << 20
MAX_CVES = 5_000
YEARS = 1  # years between a CVE in a header and the day of its patch
SERIES = ("debian.series", "series")  # the first that exists counts
_ID = r"CVE[-_ ]((?:19|20)\d\d)[-_](\d{4,12})(?!\d|-\d{4})"  # "cve-2021-2021-44730" names a year twice
_IN_NAME = re.compile(rf"(?<![a-z0-9]){_ID}", re.IGNORECASE | re.ASCII)
_DIFF = re.compile(r"^(?:---|\+\+\+ |diff |Index: |@@ )", re.MULTILINE)
_DATE = re.compile(r"^Date:([^\n]{1,80})", re.MULTILINE | re.IGNORECASE)
_TITLE = re.compile(r"^(?:Subject|Description|CVE|Fixes|Bug(?:-[\w-]{1,30})?):[^\n]{0,1000}", re.MULTILINE | re.IGNORECASE)
_STATED_FIX = re.compile(
    rf"(?<!not )\bfix(?:es|ed)?(?:\s{{1,20}}for)?:?\s{{1,20}}((?:{_ID}(?:[\s,/&]{{1,20}}(?:and\s{{1,20}})?)?){{1,100}})",
    re.IGNORECASE | re.ASCII,
)
_ORIGIN = re.compile(
    r"^(?:From [0-9a-f]{40}|(?:Origin|Bug|Bug-[\w-]{1,30}|[\w-]{1,30}-bug-id|Applied-Upstream):"
    r"|\(?(?:cherry[ -]picked|backported) from commit)[^\n]{0,400}",
    re.MULTILINE | re.IGNORECASE,
)
_OTHER = re.compile(r"regress|incomplete|follow[- ]?up|relax|\bnot\b|similar", re.IGNORECASE)  # about an earlier fix


class Patch(Struct, frozen=True, array_like=True):
    """An applied patch whose header states its origin. ``day``: when it was written; "" if unknown."""

    day: str
    mention: Mention


def patched(headers: Mapping[str, str], series: str) -> dict[str, str]:
    """Maps each CVE to the first day on which a version can have the fix (ISO 8601). ``headers`` are the beginnings of
    patches, by their path below ``debian/patches``. ``series`` lists the patches that are applied.
    """
    found: dict[str, str] = {}
    for name, header, written in _applied(headers, series):
        for cve in _cves_of(name, header, written):
            day = max(written, f"{cve[4:8]}-01-01")
            if cve in found or len(found) < MAX_CVES:
                found[cve] = min(day, found.get(cve, day))
    return dict(sorted(found.items()))


def origins(headers: Mapping[str, str], series: str) -> Iterator[Patch]:
    for name, header, written in _applied(headers, series):
        cves = " ".join(_cves_of(name, header, written))
        title = _TITLE.search(header)
        if found := mention("\n".join((title[0] if title else "", cves, *_ORIGIN.findall(header)))):
            yield Patch(written, found)


def _applied(headers: Mapping[str, str], series: str) -> Iterator[tuple[str, str, str]]:
    """The path, the header and the day of each patch."""
    for line in series.splitlines():
        name = line.partition("#")[0].split()
        if name and name[0] in headers:
            header = _DIFF.split(headers[name[0]], maxsplit=1)[0]
            yield name[0], header, max(map(day_of, _DATE.findall(header)), default="")


def _cves_of(name: str, header: str, written: str) -> Iterator[str]:
    yield from _ids(name.rpartition("/")[2])
    yield from (cve for cve in _mentioned(header) if _is_recent(cve, written))


def _ids(text: str) -> Iterator[str]:
    return (f"CVE-{year}-{number}" for year, number in _IN_NAME.findall(text))


def _mentioned(header: str) -> Iterator[str]:
    titles = (title for title in _TITLE.findall(header) if not _OTHER.search(title))
    for text in (*titles, *(match[1] for match in _STATED_FIX.finditer(header))):
        yield from _ids(text)


def _is_recent(cve: str, written: str) -> bool:
    return not written or int(cve[4:8]) >= int(written[:4]) - YEARS
