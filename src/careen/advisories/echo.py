"""Echo: issues of the source packages that it builds, in the shape of Debian's tracker, for a single release.

Shape: ``{source package: {issue: {fixed_version}}}``. Version ``0`` means that the package never was vulnerable; an issue
without a version has no fix yet.
Raises: ValueError.  **Source:** advisory.echohq.com, data.json.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Raw, Struct

from careen.formats.data.json_file import read_json
from careen.formats.feeds.each import read_each
from careen.model.advisory import Advisory, Range
from careen.plugins import AdvisorySource, Feed, Need, Record
from careen.safety.typed import from_json

MAX_BYTES = 200 << 20
MAX_LENGTH = 200
NAMESPACE = "echo"
_TEMPORARY = "TEMP-"  # Debian's placeholders, which it replaces later
_HOME = "https://advisory.echohq.com"


class _Issue(Struct, gc=False):
    fixed_version: str | None = None


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None and NAMESPACE not in need.namespaces:
        return ()
    return (Feed("echo/data.json", f"{_HOME}/data.json", compressed=True),)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    packages = read_json(file, dict[str, dict[str, Raw]], MAX_BYTES)
    yield from read_each(((package, id, raw) for package, issues in packages.items() for id, raw in issues.items()), _stated)


def _stated(item: tuple[str, str, Raw]) -> Iterator[Record]:
    package, id, raw = item
    issue = from_json(raw, _Issue)
    if not package or not 0 < len(id) <= MAX_LENGTH:
        raise ValueError(f"an issue without a usable name: {id[:60]!r} of {package[:60]!r}")
    if issue.fixed_version != "0" and not id.startswith(_TEMPORARY):
        yield Advisory(
            id=id,
            source="echo",
            namespace=NAMESPACE,
            package=package,
            ranges=(Range(None, issue.fixed_version or None),),
            status="fixed" if issue.fixed_version else "open",
            url=f"{_HOME}/cve/{id}" if id.startswith("CVE-") else _HOME,
        )


ADVISORY_SOURCE = AdvisorySource(
    name="echo",
    title="Echo security tracker",
    licence="none stated",
    homepage=_HOME,
    feeds=feeds,
    parse=parse,
    form="JSON",
    size="under 10 MB",
    checked="2026-08-21, vunnel",
)
