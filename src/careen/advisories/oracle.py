"""Oracle Linux: OVAL definitions, one for each erratum.

Shape: a definition (see ``formats.feeds.oval``) with an ELSA id among its references and the CVEs that it fixes.
Raises: ValueError.  **Source:** OVAL language 5.11; linux.oracle.com/security.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from careen.formats.feeds.each import read_each
from careen.formats.feeds.oval import Definition, definitions
from careen.formats.feeds.rpm_errata import Build, statements
from careen.model.advisory import VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 2 << 30
_FILE = "com.oracle.elsa-all.xml.bz2"
_PRODUCT = "Oracle Linux "


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None and not any(namespace.startswith("ol:") for namespace in need.namespaces):
        return ()
    return (Feed(f"oracle/{_FILE}", f"https://linux.oracle.com/security/oval/{_FILE}"),)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    yield from read_each(definitions(file, MAX_BYTES), _records)


def _records(definition: Definition) -> Iterator[Record]:
    erratum = next((id for id, source in definition.ids.items() if source.lower() == "elsa"), "")
    if not erratum:
        raise ValueError("a definition names no erratum")
    builds = (
        Build(f"ol:{release}", test.package, test.status, test.evr, test.arch, test.module, severity=definition.severity)
        for test in definition.tested
        if (release := test.product.removeprefix(_PRODUCT)).isdecimal()
    )
    yield from statements(erratum, "oracle", builds, f"https://linux.oracle.com/errata/{erratum}.html", definition.cves)
    yield VulnerabilityRecord(
        erratum, "oracle", definition.cves, definition.title[:200], definition.severity, published=definition.issued
    )


ADVISORY_SOURCE = AdvisorySource(
    name="oracle",
    title="Oracle Linux errata",
    licence="none stated",
    homepage="https://linux.oracle.com/security/",
    feeds=feeds,
    parse=parse,
    form="XML, OVAL",
    size="under 10 MB",
    checked="2026-08-21, vunnel",
)
