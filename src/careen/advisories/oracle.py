"""Oracle Linux: OVAL definitions, one for each erratum.

Shape: a ``definition`` with ELSA id and CVEs; below ``criteria`` the release ("Oracle Linux 8 is installed"), optionally
a module ("Module nodejs:18 is enabled"), an architecture, and "NAME is earlier than EVR" for each package. The sentences
carry all that the tests behind them say.
Raises: ValueError.  **Source:** OVAL language 5.11; linux.oracle.com/security.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from careen.formats.xmlstream import Element, elements
from careen.model.advisory import Advisory, Range, Severity
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 2 << 30
_FILE = "com.oracle.elsa-all.xml.bz2"
_RELEASE = re.compile(r"Oracle Linux (\d+) is installed")
_ARCH = re.compile(r"Oracle Linux arch is (\S+)")
_MODULE = re.compile(r"Module (\S+) is enabled")
_EARLIER = re.compile(r"(\S+) is earlier than (\S+)")
_SEVERITIES: dict[str, Severity] = {
    "critical": "critical", "important": "high", "moderate": "medium", "low": "low", "n/a": "unknown",
}  # fmt: skip


class _Where(NamedTuple):
    release: str = ""
    arch: str = ""
    module: str = ""


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None and not any(namespace.startswith("ol:") for namespace in need.namespaces):
        return ()
    return (Feed(f"oracle/{_FILE}", f"https://linux.oracle.com/security/oval/{_FILE}"),)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    for definition in elements(file, frozenset(("definition",)), MAX_BYTES):
        yield from _advisories(definition)


def _advisories(definition: Element) -> Iterator[Advisory]:
    references = [one.attributes for one in definition.below("reference")]
    erratum = next((one.get("ref_id", "") for one in references if one.get("source", "").lower() == "elsa"), "")
    if not erratum:
        raise ValueError("a definition names no erratum")
    cves = tuple(dict.fromkeys(one["ref_id"] for one in references if one.get("ref_id", "").startswith("CVE-")))
    severity = _SEVERITIES.get(definition.value("metadata", "advisory", "severity").lower(), "unknown")
    fixes: dict[tuple[_Where, str, str], set[str]] = {}
    for criteria in definition.children:
        if criteria.name == "criteria":
            for where, name, evr in _fixes(criteria, _Where()):
                fixes.setdefault((where._replace(arch=""), name, evr), set()).add(where.arch)
    for (where, name, evr), architectures in fixes.items():
        yield Advisory(
            id=erratum,
            source="oracle",
            namespace=f"ol:{where.release}",
            package=name,
            ranges=(Range(fixed=evr.removeprefix("0:")),),
            aliases=cves,
            severity=severity,
            module=where.module or None,
            arch=tuple(sorted(architectures - {""})),
            url=f"https://linux.oracle.com/errata/{erratum}.html",
        )


def _fixes(criteria: Element, where: _Where) -> Iterator[tuple[_Where, str, str]]:
    """What holds for a criteria holds for those below it: release, architecture and module are inherited."""
    earlier = []
    for child in criteria.children:
        said = child.attributes.get("comment", "")
        if child.name != "criterion":
            continue
        if found := _RELEASE.match(said):
            where = where._replace(release=found[1])
        elif found := _ARCH.match(said):
            where = where._replace(arch=found[1])
        elif found := _MODULE.match(said):
            where = where._replace(module=found[1])
        elif found := _EARLIER.match(said):
            earlier.append((found[1], found[2]))
    for name, evr in earlier:
        if where.release:
            yield where, name, evr
    for child in criteria.children:
        if child.name == "criteria":
            yield from _fixes(child, where)


ADVISORY_SOURCE = AdvisorySource(
    name="oracle",
    title="Oracle Linux errata",
    licence="none stated",
    homepage="https://linux.oracle.com/security/",
    feeds=feeds,
    parse=parse,
)
