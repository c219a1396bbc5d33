"""SUSE and openSUSE: OVAL definitions, one for each CVE, which also say what is not mended and what is not affected.

Shape: see ``formats.oval``; one file a family of products. Of products those count that an ``os-release`` names: the
server with its modules, Micro, Leap and Tumbleweed. Long-term support is another line of versions and not read. The files
are large, and OSV has the fixes: ``careen db update --full`` fetches them.
Raises: ValueError.  **Source:** OVAL language 5.11; ftp.suse.com/pub/projects/security/oval.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from careen.formats.ecosystems import namespace_of
from careen.formats.oval import Definition, Tested, definitions
from careen.formats.rpmerrata import Build, statements
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 8 << 30
_LIVE = "https://ftp.suse.com/pub/projects/security/oval"
_FILES = (
    "suse.linux.enterprise.12-affected.xml.gz", "suse.linux.enterprise.15-affected.xml.gz",
    "suse.linux.enterprise.16-affected.xml.gz", "suse.linux.enterprise.micro.5-affected.xml.gz",
    "suse.linux.micro.6-affected.xml.gz", "opensuse.leap.15.5-affected.xml.gz", "opensuse.leap.15.6-affected.xml.gz",
    "opensuse.leap.16.0-affected.xml.gz", "opensuse.tumbleweed-affected.xml.gz",
)  # fmt: skip
_RELEASES = ("sles:", "sle-micro:", "sl-micro:", "opensuse-leap:", "opensuse-tumbleweed")


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None:
        return ()
    return tuple(
        Feed(f"suse/oval/{name}", f"{_LIVE}/{name}", compressed=True, part=name.partition("-affected")[0], full=True)
        for name in _FILES
    )


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    for definition in definitions(file, MAX_BYTES):
        if definition.cves:
            yield from _records(definition, definition.cves[0])


def _records(definition: Definition, cve: str) -> Iterator[Record]:
    builds = (build for one in definition.tested if (build := _build(one, definition)))
    yield from statements(cve, "suse", builds, f"https://www.suse.com/security/cve/{cve}")


def _build(one: Tested, definition: Definition) -> Build | None:
    namespace = _namespace(one.product)
    return Build(namespace, one.package, one.status, one.evr, severity=definition.severity) if namespace else None


def _namespace(product: str) -> str:
    """Empty for what is no release that an image could be of."""
    vendor, _, rest = product.partition(" ")
    found = namespace_of(f"{vendor}:{rest}")
    return found if found.startswith(_RELEASES) else ""


ADVISORY_SOURCE = AdvisorySource(
    name="suse",
    title="SUSE and openSUSE OVAL",
    licence="none stated",
    homepage="https://www.suse.com/support/security/oval/",
    feeds=feeds,
    parse=parse,
)
