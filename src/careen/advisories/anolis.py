"""Anolis OS: OVAL definitions, one for each erratum.

Shape: a definition (see ``formats.feeds.oval``) with an ANSA id among its references and the CVEs that it fixes; one file a
release, which ``list.json`` names.
Raises: ValueError.  **Source:** OVAL language 5.11; anas.openanolis.cn.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from careen.formats.feeds.each import read_each
from careen.formats.feeds.oval import Definition, definitions
from careen.formats.feeds.rpm_errata import Build, statements
from careen.model.advisory import VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 1 << 30
_LIVE = "https://anas.openanolis.cn/api/data/OVAL"
_FILE = re.compile(r"anolis-(\d+)\.oval\.xml")
_PRODUCT = "Anolis OS "


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is None:
        names = listing("anolis") or listing(f"{_LIVE}/list.json")
        releases = {found[1] for name in names if (found := _FILE.fullmatch(name))}
    else:
        releases = {namespace.partition(":")[2] for namespace in need.namespaces if namespace.startswith("anolis:")}
    return tuple(
        Feed(f"anolis/anolis-{release}.oval.xml", f"{_LIVE}/anolis-{release}.oval.xml", part=release)
        for release in sorted(releases)
        if release.isdecimal()
    )


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    yield from read_each(definitions(file, MAX_BYTES), _records)


def _records(definition: Definition) -> Iterator[Record]:
    erratum = next((id for id, source in definition.ids.items() if source == "ANSA"), "")
    if not erratum:
        raise ValueError("a definition names no erratum")
    builds = (
        Build(f"anolis:{release}", test.package, test.status, test.evr, test.arch, test.module, severity=definition.severity)
        for test in definition.tested
        if (release := test.product.removeprefix(_PRODUCT)).isdecimal()
    )
    url = f"https://anas.openanolis.cn/errata/detail/{erratum}"
    yield from statements(erratum, "anolis", builds, url, definition.cves)
    yield VulnerabilityRecord(
        erratum, "anolis", definition.cves, definition.title[:200], definition.severity, published=definition.issued
    )


ADVISORY_SOURCE = AdvisorySource(
    name="anolis",
    title="Anolis OS errata",
    licence="none stated",
    homepage="https://anas.openanolis.cn",
    feeds=feeds,
    parse=parse,
    form="XML, OVAL",
    size="under 10 MB",
    checked="2026-08-07, vuls-data-update",
)
