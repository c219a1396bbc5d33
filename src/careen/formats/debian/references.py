"""Other names of vulnerabilities: the bug, commit or advisory that one text names with a CVE and another without it.

A release's changelog may have only ``fix broken output (Closes: #123456)``, while the changelog of a newer release, a
patch or upstream's news has the same bug next to the CVE. Texts are read item by item, since an entry is about many things.
An item is used only if it is unambiguous: one reference of its kind, and nothing about a fix of an earlier fix.
A CVE may also be mistyped in one of two texts that name the same vulnerabilities in one item.
**Source:** Debian Policy 4.4 and Developer's Reference 5.8.4 (``Closes:``); DEP-3 (``Bug``, ``Origin``).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from careen.safety.pattern import pattern

MAX_CVES = 40  # of one item
MAX_ITEM = 4_000
MAX_ITEMS = 500_000
MAX_REFERENCES = 20_000
SHARED = 2  # names in both items
_ITEM = pattern(r"^[ \t]*(?:[*+-] |$)", re.MULTILINE)
_CVE = pattern(r"\b(?:CVE|CAN)[-_ ]((?:19|20)\d\d-\d{4,12})\b", re.ASCII)
_NAME = pattern(r"\bCVE-(?:19|20)\d\d-\d{4,12}\b", re.ASCII)
_OTHER = pattern(  # signs that an item is about anything but the fix of a vulnerability
    r"regress|incomplete|follow[- ]?up|relax|similar|revert|\bnot\s{1,20}(?:affected|vulnerable|applicable)", re.IGNORECASE
)
_CLOSES = pattern(r"closes:\s{0,3}((?:,?\s{0,12}(?:bug)?#?\s?\d{4,8}){1,50})", re.IGNORECASE)
_ADDRESS = pattern(r"https?://([^\s<>\"'()\[\]{}|]{4,300})")
_DEBIAN_BUG = pattern(r"bugs\.debian\.org/(?:cgi-bin/bugreport\.cgi\?(?:[^\s#]{1,80}[&;])?bug=)?(\d{4,8})\b")
_TASK = pattern(r"\bT(\d{4,6})\b|-bug-id:\s{0,3}T?(\d{3,6})\b", re.IGNORECASE | re.ASCII)
_COMMIT = pattern(r"(?<![0-9a-z])([0-9a-f]{10,40})(?![0-9a-z])")
_ADVISORY = pattern(
    r"\b(GHSA(?:-[0-9a-z]{4}){3}|(?:XSA|ZDI-\d\d|ZDI-CAN|wnpa-sec-\d{4}|WSA-\d{4}|PMASA-\d{4}|MFSA-?\d{4}|TALOS-\d{4})-\d{1,5})\b"
)


class Mention(Struct, frozen=True, array_like=True):
    """The CVEs and the other names in an item of a text: ``bug:123456``, ``commit:0123456789``, ``at:host/path`` …"""

    cves: tuple[str, ...]
    references: tuple[str, ...]


def mentions(text: str) -> Iterator[Mention]:
    """A mention for each item of a changelog, news or header that names a fix by anything but its CVE."""
    yield from (found for item in _items(text) if (found := mention(item)))


def _items(text: str) -> Iterator[str]:
    begin = 0
    for number, match in enumerate(_ITEM.finditer(text)):
        if number > MAX_ITEMS:
            return
        if match.start() > begin:
            yield text[begin : min(match.start(), begin + MAX_ITEM)]
        begin = match.start()
    yield text[begin : begin + MAX_ITEM]


def mention(item: str) -> Mention | None:
    if _OTHER.search(item):
        return None
    references = _alone(set(_references(item)))
    cves = tuple(sorted({f"CVE-{number}" for number in _CVE.findall(item)}))
    return Mention(cves, references) if references and len(cves) <= MAX_CVES else None


def cves_by_reference(mentioned: Iterable[Mention]) -> dict[str, tuple[str, ...]]:
    """The CVEs that texts name together with a reference, by reference."""
    found: dict[str, set[str]] = defaultdict(set)
    for mention in mentioned:
        if mention.cves and len(found) < MAX_REFERENCES:
            for reference in mention.references:
                found[reference].update(mention.cves)
    return {reference: tuple(sorted(cves)) for reference, cves in found.items() if len(cves) <= MAX_CVES}


def cves_by_other_names(text: str, known: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The CVEs of the items that name a vulnerability only by another reference, according to ``known``."""
    if known:
        for mention in mentions(text):
            if not mention.cves:
                yield from (cve for reference in mention.references for cve in known.get(reference, ()))


def corrected(text: str, other: str) -> str:
    """``text`` with its mistyped CVEs replaced by the CVEs of ``other``.

    A CVE of ``text`` is mistyped if ``other`` lacks it, while an item of ``other`` that shares at least two CVEs with the
    item of ``text`` has a CVE that ``text`` lacks and that differs from the mistyped CVE by one slip (``_is_slip``).
    """
    theirs = [set(names) for item in _items(other) if SHARED < len(names := _cves(item)) <= MAX_CVES]
    by_name: dict[str, list[set[str]]] = defaultdict(list)
    for group in theirs:
        for name in group:
            by_name[name].append(group)
    ours, known = _cves(text), _cves(other)
    wrong: dict[str, str] = {}
    for item in _items(text) if theirs else ():
        names = _cves(item)
        if SHARED < len(names) <= MAX_CVES:
            near = [group for name in names for group in by_name.get(name, ())[:MAX_CVES] if len(group & names) >= SHARED]
            for name in names - known:
                intended = {other_name for group in near for other_name in group - ours if _is_slip(name, other_name)}
                if len(intended) == 1:
                    wrong[name] = intended.pop()
    return _NAME.sub(lambda found: wrong.get(found[0], found[0]), text) if wrong else text


def _cves(text: str) -> set[str]:
    return set(_NAME.findall(text))


def _is_slip(name: str, other: str) -> bool:
    """Whether exactly one character differs, or two neighbours are swapped; the lengths must be equal."""
    places = [at for at, pair in enumerate(zip(name, other, strict=False)) if pair[0] != pair[1]]
    if len(name) != len(other) or len(places) not in (1, 2):
        return False
    first, last = places[0], places[-1]
    return first == last or (last == first + 1 and name[first] == other[last] and name[last] == other[first])


def _references(item: str) -> Iterator[str]:
    for numbers in _CLOSES.findall(item):
        yield from (f"bug:{number}" for number in re.findall(r"\d{4,8}", numbers))
    for address in _ADDRESS.findall(item):
        address = address.rstrip(".,:;/")
        if bug := _DEBIAN_BUG.search(address):
            yield f"bug:{bug[1]}"
        elif not _COMMIT.search(address) and not _TASK.search(address) and re.search(r"/.*\d{2}", address):
            yield f"at:{address}"
    for task, bug_id in _TASK.findall(item):
        yield f"task:{task or bug_id}"
    for commit in _COMMIT.findall(item):
        if not commit.isdecimal() and not commit.isalpha():
            yield f"commit:{commit[:10]}"
    for advisory in _ADVISORY.findall(item):
        yield f"advisory:{advisory.upper()}"


def _alone(references: set[str]) -> tuple[str, ...]:
    """The references that are the only one of their kind: of several bugs in one item it is unknown which is the
    vulnerability's."""
    kinds = [reference.partition(":")[0] for reference in references]
    return tuple(sorted(reference for reference in references if kinds.count(reference.partition(":")[0]) == 1))
