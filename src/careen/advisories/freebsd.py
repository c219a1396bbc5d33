"""FreeBSD: vulnerabilities of its packages, as VuXML.

Shape: ``<vuln vid="…"><topic/><affects><package><name/><range><ge/><lt/></range></package></affects><references>
<cvename/></references><dates><entry/></dates></vuln>``. ``system`` entries are about the base system, which is not a package;
``cancelled`` entries are ignored. The document names files of older years as entities; complete editions contain them.
Raises: ValueError if the file has no entry.  **Source:** VuXML 1.1; Porter's Handbook, "Security".
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from careen.formats.data.xml_stream import Element, elements
from careen.formats.feeds.each import read_each
from careen.model.advisory import Advisory, Range, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 512 << 20
NAMESPACE = "freebsd"
_HOME = "https://vuxml.freebsd.org/freebsd"
_BOUNDS = frozenset({"lt", "le", "gt", "ge", "eq"})
MAX_LENGTH = 200


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None and NAMESPACE not in need.namespaces:
        return ()
    return (Feed("freebsd/vuln.xml.bz2", f"{_HOME}/vuln.xml.bz2", compressed=True),)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    found = False

    def records_of(entry: Element) -> Iterator[Record]:
        nonlocal found
        found = True
        yield from _records(entry)

    yield from read_each(elements(file, frozenset(("vuln",)), MAX_BYTES, named_dtd=True), records_of)
    if not found:
        raise ValueError("it holds no entry")


def _records(entry: Element) -> Iterator[Record]:
    id = entry.attributes.get("vid", "")
    if not id or len(id) > MAX_LENGTH:
        raise ValueError("an entry without an id")
    if entry.first("cancelled"):
        return
    id = f"VUXML-{id}"
    cves = tuple(dict.fromkeys(text for name in entry.below("cvename") if (text := name.text.strip()).startswith("CVE-")))
    affects = entry.first("affects")
    affected: dict[str, list[Range]] = {}
    for package in affects.children if affects else ():
        if package.name != "package":
            continue
        ranges = [_range(child) for child in package.children if child.name == "range"]
        for name in package.children:
            if name.name == "name" and 0 < len(name.text.strip()) <= MAX_LENGTH:
                affected.setdefault(name.text.strip(), []).extend(ranges)
    for package_name, ranges in affected.items():
        fixed = any(range.fixed for range in ranges)
        yield Advisory(
            id=id,
            source="freebsd",
            namespace=NAMESPACE,
            package=package_name,
            ranges=tuple(dict.fromkeys(ranges)),
            status="fixed" if fixed or all(range.last_affected for range in ranges) else "open",
            aliases=cves,
            url=f"{_HOME}/{id.removeprefix('VUXML-')}.html",
        )
    if affected:
        topic = " ".join(entry.value("topic").split())[:MAX_LENGTH]
        yield VulnerabilityRecord(id, "freebsd", cves, topic, published=entry.value("dates", "entry")[:10])


def _range(element: Element) -> Range:
    bounds = {child.name: child.text.strip() for child in element.children if child.name in _BOUNDS}
    if "eq" in bounds:
        return Range(bounds["eq"], None, bounds["eq"])
    low = bounds.get("ge") or bounds.get("gt")
    return Range(low, bounds.get("lt"), bounds.get("le"), after=low is not None and "ge" not in bounds)


ADVISORY_SOURCE = AdvisorySource(
    name="freebsd",
    title="FreeBSD VuXML",
    licence="BSD-2-Clause",
    homepage="https://vuxml.freebsd.org",
    feeds=feeds,
    parse=parse,
    form="XML, VuXML",
    size="under 10 MB",
    checked="2026-08-07, vuls-data-update",
)
