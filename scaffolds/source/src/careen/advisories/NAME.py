"""TODO: the advisories of NAME: their packages and their publisher.

Shape: TODO: ``[{id: "CVE-2026-1", package: "one", fixed: "1.1"}]``.
Raises: ValueError.  **Source:** TODO: the document that describes the format.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Raw, Struct

from careen.formats.data.json_file import read_json
from careen.formats.feeds.each import read_each
from careen.model.advisory import Advisory, Range
from careen.plugins import AdvisorySource, Feed, Need, Record
from careen.safety.typed import from_json

MAX_BYTES = 64 << 20
NAMESPACE = "NAME"  # TODO: of its packages: "debian:13", "PyPI"


class _Entry(Struct, gc=False):
    id: str
    package: str
    fixed: str = ""


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None and NAMESPACE not in need.namespaces:
        return ()
    return (Feed("NAME/todo.json", "https://advisories.example/NAME/todo.json"),)  # TODO: its path in a mirror, its address


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    yield from read_each(read_json(file, list[Raw], MAX_BYTES), _records)


def _records(raw: Raw) -> Iterator[Record]:
    entry = from_json(raw, _Entry)
    yield Advisory(
        id=entry.id,
        source="NAME",
        namespace=NAMESPACE,
        package=entry.package,
        ranges=(Range(None, entry.fixed or None),),
        status="fixed" if entry.fixed else "open",
        fixed_versions=(entry.fixed,) if entry.fixed else (),
    )


ADVISORY_SOURCE = AdvisorySource(
    name="NAME",
    title="TODO: the name of NAME",
    licence="TODO: the licence of its data",
    homepage="https://advisories.example/NAME",
    feeds=feeds,
    parse=parse,
    form="JSON",
    size="under 10 MB",
)
