"""The errata of an rpm repository: ``updateinfo.xml``, plain or compressed.

Shape: ``update`` elements with type, id, severity, date and references; below ``pkglist`` collections, with a module if they
name one, and with every build of every package. The references name the CVEs; if they name none, title and description
of a security update do. An update that is about neither a CVE nor security fixes bugs alone and is left out.
Raises: ValueError; an update without a usable id is skipped.  **Source:** createrepo_c, updateinfo.xml; dnf, "Updateinfo".
"""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

from careen.formats.data.xml_stream import Element, elements
from careen.model.advisory import Advisory, PassedOver, Severity, VulnerabilityRecord

from .each import read_each
from .rpm_errata import Build, evr, statements

_ID = re.compile(r"[A-Z][A-Za-z0-9.-]*-\d{4}[:-][0-9A-Za-z.-]+")
_CVE = re.compile(r"CVE-\d{4}-\d{4,19}")
_SEVERITIES: dict[str, Severity] = {
    "critical": "critical", "urgent": "critical", "important": "high", "high": "high", "moderate": "medium", "medium": "medium",
    "low": "low",
}  # fmt: skip

Found = TypeVar("Found")


class Update(NamedTuple):
    id: str
    title: str
    severity: Severity
    cves: tuple[str, ...]
    issued: str
    release: str  # as the repository calls it: "Fedora 43"
    builds: tuple[tuple[str, str, str, str], ...]  # name, EVR, architecture, module


def updates(file: Path, limit_bytes: int, records_of: Callable[[Update], Iterable[Found]]) -> Iterator[Found | PassedOver]:
    """The records that ``records_of`` makes of each update that fixes a vulnerability."""

    def records(element: Element) -> Iterable[Found]:
        update = _update(element)
        return records_of(update) if update else ()

    yield from read_each(elements(file, frozenset(("update",)), limit_bytes), records)


def _update(element: Element) -> Update | None:
    id = element.value("id")
    if not _ID.fullmatch(id):
        raise ValueError(f"an update has no usable id: {id[:60]!r}")
    cves = _cves(element)
    if cves or element.attributes.get("type") == "security":
        severity = _SEVERITIES.get(element.value("severity").lower(), "unknown")
        issued = element.first("issued")
        return Update(
            id,
            element.value("title")[:200],
            severity,
            cves,
            issued.attributes.get("date", "")[:10] if issued else "",
            element.value("release"),
            tuple(_builds(element)),
        )
    return None


def records(
    update: Update, source: str, namespace: str, url: str, *, every_arch: bool = False
) -> Iterator[Advisory | VulnerabilityRecord]:
    """The records of an update. ``every_arch``: the repository is for one architecture, and the others have the same
    builds."""
    builds = (
        Build(namespace, name, "fixed", version, "" if every_arch and arch != "src" else arch, module, severity=update.severity)
        for name, version, arch, module in update.builds
    )
    found = tuple(statements(update.id, source, builds, url, update.cves))
    yield from found
    if found:
        yield VulnerabilityRecord(update.id, source, update.cves, update.title, update.severity, published=update.issued)


def _cves(update: Element) -> tuple[str, ...]:
    references = [reference.attributes for reference in update.below("reference")]
    texts = [text for reference in references for text in (reference.get("id", ""), reference.get("title", ""))]
    found = [cve for text in texts for cve in _CVE.findall(text)]
    if not found and update.attributes.get("type") == "security":
        found = _CVE.findall(f"{update.value('title')} {update.value('description')}")
    return tuple(dict.fromkeys(found))


def _builds(update: Element) -> Iterator[tuple[str, str, str, str]]:
    for collection in update.below("collection"):
        module = collection.first("module")
        name, stream = (module.attributes.get("name", ""), module.attributes.get("stream", "")) if module else ("", "")
        for package in collection.below("package"):
            given = package.attributes
            version, release = given.get("version", ""), given.get("release", "")
            if given.get("name") and version and release:
                build = evr(f"{given.get('epoch') or '0'}:{version}-{release}")
                yield given["name"], build, given.get("arch", ""), f"{name}:{stream}" if name and stream else ""
