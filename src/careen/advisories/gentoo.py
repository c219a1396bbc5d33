"""Gentoo: security advisories (GLSA) of its packages.

Shape: ``<glsa id="202305-28"><title/><announced/><affected><package name="dev-java/x"><unaffected range="ge">1.33
</unaffected><vulnerable range="lt">1.33</vulnerable></package></affected><impact type="low"/><references><uri>CVE-…</uri>``,
one file each in a compressed tar. ``range`` compares the version; with an ``r`` before it (``rge``) it is about revisions of
that version alone. ``slot`` names one slot, ``*`` or none all. "Unaffected" takes precedence over "vulnerable".
Raises: ValueError if the file has no advisory; a damaged advisory is skipped.
**Source:** glsa.dtd; Gentoo Developer Manual; glep-0014; Portage, glsa.py (``revisionMatch``).
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from careen.formats.archives.tar_archive import documents
from careen.formats.data.xml_stream import Element, elements_of
from careen.formats.feeds.each import read_each
from careen.model.advisory import Advisory, Range, Severity, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 1 << 30
MAX_ADVISORY_BYTES = 4 << 20
NAMESPACE = "gentoo"
_LIVE = "https://gitweb.gentoo.org/data/glsa.git/snapshot/glsa-master.tar.gz"
_SEVERITIES: dict[str, Severity] = {"high": "high", "normal": "medium", "medium": "medium", "low": "low", "minimal": "low"}
_LAST_REVISION = "r99999"
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None and NAMESPACE not in need.namespaces:
        return ()
    return (Feed("gentoo/glsa.tar.gz", _LIVE, compressed=True),)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    yield from read_each(documents(file, ".xml", MAX_ADVISORY_BYTES, MAX_BYTES), _of_document)


def _of_document(data: bytes) -> Iterator[Record]:
    for glsa in elements_of(data, frozenset(("glsa",))):
        yield from _records(glsa)


def _records(glsa: Element) -> Iterator[Record]:
    number = glsa.attributes.get("id", "")
    if not number or len(number) > 40:
        raise ValueError("an advisory has no id")
    id = f"GLSA-{number}"
    texts = [uri.text.strip() for uri in glsa.below("uri")]
    cves = tuple(dict.fromkeys(text for text in texts if text.startswith("CVE-") and len(text) <= 40))
    impact = glsa.first("impact")
    severity = _SEVERITIES.get(impact.attributes.get("type", "").lower(), "unknown") if impact else "unknown"
    affected = glsa.first("affected")
    statements: dict[str, list[Element]] = {}
    for package in affected.children if affected else ():
        if package.name == "package" and package.attributes.get("name"):
            statements.setdefault(package.attributes["name"], []).extend(package.children)
    for name, elements in statements.items():
        yield from _advisories(id, name, elements, cves, severity, f"https://security.gentoo.org/glsa/{number}")
    announced = glsa.value("announced")
    published = announced if _DATE.fullmatch(announced) else ""  # older advisories write the month as a word
    yield VulnerabilityRecord(id, "gentoo", cves, glsa.value("title")[:200], severity, published=published)


def _advisories(
    id: str, package: str, elements: list[Element], cves: tuple[str, ...], severity: Severity, url: str
) -> Iterator[Advisory]:
    """One advisory for each slot and kind of statement: the vulnerable versions, and those of them that are
    unaffected after all."""
    by_slot: dict[tuple[str, str], list[Range]] = {}
    fixed: list[str] = []
    for element in elements:
        version = element.text.strip()
        if element.name not in ("vulnerable", "unaffected") or not version:
            continue
        slot = element.attributes.get("slot", "*").strip() or "*"
        by_slot.setdefault((element.name, slot), []).append(_range(element.attributes.get("range", ""), version))
        if element.name == "unaffected" and element.attributes.get("range") in ("ge", "rge"):
            fixed.append(version)
    for (side, slot), ranges in sorted(by_slot.items(), reverse=True):
        yield Advisory(
            id=id,
            source="gentoo",
            namespace=NAMESPACE,
            package=package,
            ranges=tuple(ranges),
            # Few packages have no fix at all: the list is one of fixes, and does not claim to list unfixed vulnerabilities.
            status="not_affected" if side == "unaffected" else "fixed",
            aliases=cves,
            severity=severity,
            fixed_versions=tuple(dict.fromkeys(fixed)) if side == "vulnerable" else (),
            module=None if slot == "*" else slot,
            url=url,
        )


def _range(kind: str, version: str) -> Range:
    """The range of a comparison: ``rlt 1.2-r3`` is from 1.2 to before 1.2-r3; ``eq 1.2*`` is every version with this
    beginning."""
    base = version.partition("-r")[0]
    match kind:
        case "lt":
            return Range(None, version)
        case "le":
            return Range(None, None, version)
        case "gt":
            return Range(version, after=True)
        case "ge":
            return Range(version)
        case "eq" if version.endswith("*"):
            start = version.rstrip("*").rstrip(".")
            return Range(start, None, f"{start}.99999-{_LAST_REVISION}")
        case "eq":
            return Range(version, None, version)
        case "rlt":
            return Range(base, version)
        case "rle":
            return Range(base, None, version)
        case "rgt":
            return Range(version, None, f"{base}-{_LAST_REVISION}", after=True)
        case "rge":
            return Range(version, None, f"{base}-{_LAST_REVISION}")
    raise ValueError(f"an advisory with the range {kind[:20]!r}")


ADVISORY_SOURCE = AdvisorySource(
    name="gentoo",
    title="Gentoo Linux Security Advisories",
    licence="CC-BY-SA-4.0",
    homepage="https://security.gentoo.org/glsa",
    feeds=feeds,
    parse=parse,
    form="XML, GLSA, in a tar",
    size="under 10 MB",
)
