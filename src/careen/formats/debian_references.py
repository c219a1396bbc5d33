"""What flaws are called besides their CVE: the bug, commit or advisory that one text names with a CVE and another without.

A release's changelog may say ``fix broken output (Closes: #123456)`` and no more, where the changelog of a newer release, a
patch or upstream's news has the same bug beside the CVE. Texts are taken item by item, for an entry speaks of many things.
What an item says is used only where it is plain: one reference of its kind, and nothing about a fix of an earlier fix.
**Source:** Debian Policy 4.4 and Developer's Reference 5.8.4 (``Closes:``); DEP-3 (``Bug``, ``Origin``).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

MAX_CVES = 40  # of one item
MAX_ITEM = 4_000
MAX_ITEMS = 500_000
MAX_EQUATED = 20_000
_ITEM = re.compile(r"^[ \t]*(?:[*+-] |$)", re.MULTILINE)
_CVE = re.compile(r"\b(?:CVE|CAN)[-_ ]((?:19|20)\d\d-\d{4,12})\b", re.ASCII)
_OTHER = re.compile(  # than the mending of a flaw
    r"regress|incomplete|follow[- ]?up|relax|similar|revert|\bnot\s{1,20}(?:affected|vulnerable|applicable)", re.IGNORECASE
)
_CLOSES = re.compile(r"closes:\s{0,3}((?:,?\s{0,12}(?:bug)?#?\s?\d{4,8}){1,50})", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://([^\s<>\"'()\[\]{}|]{4,300})")
_DEBIAN_BUG = re.compile(r"bugs\.debian\.org/(?:cgi-bin/bugreport\.cgi\?(?:[^\s#]{1,80}[&;])?bug=)?(\d{4,8})\b")
_TASK = re.compile(r"\bT(\d{4,6})\b|-bug-id:\s{0,3}T?(\d{3,6})\b", re.IGNORECASE | re.ASCII)
_COMMIT = re.compile(r"(?<![0-9a-z])([0-9a-f]{10,40})(?![0-9a-z])")
_ADVISORY = re.compile(
    r"\b(GHSA(?:-[0-9a-z]{4}){3}|(?:XSA|ZDI-\d\d|ZDI-CAN|wnpa-sec-\d{4}|WSA-\d{4}|PMASA-\d{4}|MFSA-?\d{4}|TALOS-\d{4})-\d{1,5})\b"
)


class Mention(Struct, frozen=True, array_like=True):
    """An item of a text: the CVEs and the other names in it. ``bug:123456``, ``commit:0123456789``, ``at:host/path`` …"""

    cves: tuple[str, ...]
    references: tuple[str, ...]


def mentions(text: str) -> Iterator[Mention]:
    """Of each item of a changelog, news or header that speaks of mending something that has another name than its CVE."""
    begin = 0
    for number, match in enumerate(_ITEM.finditer(text)):
        if number > MAX_ITEMS:
            return
        if match.start() > begin and (found := mention(text[begin : min(match.start(), begin + MAX_ITEM)])):
            yield found
        begin = match.start()
    if found := mention(text[begin : begin + MAX_ITEM]):
        yield found


def mention(item: str) -> Mention | None:
    if _OTHER.search(item):
        return None
    references = _alone(set(_references(item)))
    cves = tuple(sorted({f"CVE-{number}" for number in _CVE.findall(item)}))
    return Mention(cves, references) if references and len(cves) <= MAX_CVES else None


def equated(said: Iterable[Mention]) -> dict[str, tuple[str, ...]]:
    """By reference the CVEs that were named with it."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in said:
        if one.cves and len(found) < MAX_EQUATED:
            for reference in one.references:
                found[reference].update(one.cves)
    return {reference: tuple(sorted(cves)) for reference, cves in found.items() if len(cves) <= MAX_CVES}


def meant(text: str, known: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The CVEs behind the items that name none."""
    if known:
        for one in mentions(text):
            if not one.cves:
                yield from (cve for reference in one.references for cve in known.get(reference, ()))


def _references(item: str) -> Iterator[str]:
    for numbers in _CLOSES.findall(item):
        yield from (f"bug:{number}" for number in re.findall(r"\d{4,8}", numbers))
    for address in _ADDRESS.findall(item):
        address = address.rstrip(".,:;/")
        if bug := _DEBIAN_BUG.search(address):
            yield f"bug:{bug[1]}"
        elif not _COMMIT.search(address) and not _TASK.search(address) and re.search(r"/.*\d{2}", address):
            yield f"at:{address}"
    for one, other in _TASK.findall(item):
        yield f"task:{one or other}"
    for commit in _COMMIT.findall(item):
        if not commit.isdecimal() and not commit.isalpha():
            yield f"commit:{commit[:10]}"
    for advisory in _ADVISORY.findall(item):
        yield f"advisory:{advisory.upper()}"


def _alone(references: set[str]) -> tuple[str, ...]:
    """Of several bugs in one item nobody knows which is the flaw's."""
    kinds = [reference.partition(":")[0] for reference in references]
    return tuple(sorted(reference for reference in references if kinds.count(reference.partition(":")[0]) == 1))
