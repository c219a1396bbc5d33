"""Amazon Linux: the errata of its repositories.

Shape: ``update`` elements with id (ALAS2-2018-939), severity, CVEs among the references, and the packages that mend
them, one entry for each architecture. Their live addresses change with every release of a repository, so they are read
from a mirror alone: ``amazon/<release>/updateinfo.xml.gz``.
Raises: ValueError.  **Source:** createrepo's updateinfo.xml; alas.aws.amazon.com.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from careen.formats.xmlstream import Element, elements
from careen.model.advisory import Advisory, Range, Severity
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 1 << 30
_RELEASES = ("1", "2", "2022", "2023")
_SEVERITIES: dict[str, Severity] = {
    "critical": "critical", "important": "high", "high": "high", "moderate": "medium", "medium": "medium", "low": "low",
}  # fmt: skip


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    return tuple(
        Feed(f"amazon/{release}/updateinfo.xml.gz", "", part=release)
        for release in _RELEASES
        if need.namespaces is None or f"amzn:{release}" in need.namespaces
    )


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    for update in elements(file, frozenset(("update",)), MAX_BYTES):
        yield from _advisories(f"amzn:{feed.part}", update)


def _advisories(namespace: str, update: Element) -> Iterator[Advisory]:
    erratum = update.value("id")
    if not erratum:
        raise ValueError("an update has no id")
    severity = _SEVERITIES.get(update.value("severity").lower(), "unknown")
    references = list(update.below("reference"))
    cves = tuple(dict.fromkeys(id for one in references if (id := one.attributes.get("id", "")).startswith("CVE-")))
    fixes: dict[tuple[str, str], list[str]] = {}
    for package in update.below("package"):
        given = package.attributes
        name, version, release = given.get("name", ""), given.get("version", ""), given.get("release", "")
        if name and version:
            epoch = given.get("epoch", "0") or "0"
            evr = f"{version}-{release}" if epoch == "0" else f"{epoch}:{version}-{release}"
            fixes.setdefault((name, evr), []).append(given.get("arch", ""))
    release = namespace.partition(":")[2]
    folder = f"AL{release}" if release != "1" else ""
    for (name, evr), architectures in fixes.items():
        yield Advisory(
            id=erratum,
            source="amazon",
            namespace=namespace,
            package=name,
            ranges=(Range(fixed=evr),),
            aliases=cves,
            severity=severity,
            arch=tuple(sorted({arch for arch in architectures if arch not in ("", "noarch", "src")})),
            url="/".join(part for part in ("https://alas.aws.amazon.com", folder, f"{erratum}.html") if part),
        )


ADVISORY_SOURCE = AdvisorySource(
    name="amazon",
    title="Amazon Linux Security Center",
    licence="none stated",
    homepage="https://alas.aws.amazon.com",
    feeds=feeds,
    parse=parse,
)
