"""Canonical's VEX documents: an OpenVEX document for each CVE, in one archive.

Shape: ``vex/cve/<year>/CVE-….json`` is ``{statements: [{vulnerability: {name}, status, products: [{"@id": purl}]}]}``. Only
the source packages among the products are read: ``pkg:deb/ubuntu/curl@7.81.0-1ubuntu1.20?arch=source&distro=jammy``. With
status "fixed" the version is the fix; with others it is the newest one. ``vex/usn`` has the same by notice and is not read.
Raises: ValueError.  **Source:** OpenVEX 0.2.0; purl-spec, type deb; github.com/canonical/ubuntu-security-notices.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import msgspec
from msgspec import Struct

from careen.formats.archives.tar_archive import chosen
from careen.formats.feeds.each import read_each
from careen.formats.feeds.ubuntu_places import statements
from careen.model.advisory import Advisory, PassedOver, Status

MAX_DOCUMENT_BYTES = 64 << 20
MAX_ARCHIVE_BYTES = 64 << 30
_FILE = re.compile(r"(?:.*/)?vex/cve/(?:\d{4}/)?(CVE-\d{4}-\d{4,19})\.json")
_SOURCE = re.compile(r"pkg:deb/ubuntu/(?P<name>[^@/?]+)@(?P<version>[^?]+)\?(?=.*\barch=source\b).*\bdistro=(?P<place>[^&]+)")
_STATES: dict[str, Status] = {
    "fixed": "fixed", "affected": "open", "not_affected": "not_affected", "under_investigation": "undetermined",
}  # fmt: skip


class _Product(Struct, gc=False):
    id: str = msgspec.field(name="@id", default="")


class _Statement(Struct, gc=False):
    status: str = ""
    products: list[_Product] = []


class _Document(Struct, gc=False):
    statements: list[_Statement]


def records(file: Path) -> Iterator[Advisory | PassedOver]:
    found = False

    def records_of(item: tuple[str, bytes]) -> Iterator[Advisory | PassedOver]:
        nonlocal found
        found = True
        path, data = item
        yield from read(path.rpartition("/")[2].removesuffix(".json"), data)

    files = chosen(file, lambda path: _FILE.fullmatch(path) is not None, MAX_DOCUMENT_BYTES, MAX_ARCHIVE_BYTES)
    yield from read_each(files, records_of)
    if not found:
        raise ValueError("it has no document of a CVE (vex/cve/)")


def read(id: str, data: bytes) -> Iterator[Advisory | PassedOver]:
    try:
        document = _DECODER.decode(data)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"{id}: not a VEX document: {error}") from None
    stated: dict[tuple[str, str], Advisory] = {}
    implied: dict[tuple[str, str], Advisory] = {}  # of releases that only their ESM pocket implies
    for statement in document.statements:
        status = _STATES.get(statement.status)
        if status is None:
            yield PassedOver(f"{id}: an unknown status {statement.status[:40]!r}", (id,))
        for product in statement.products if status else ():
            found = _SOURCE.match(product.id)
            if not found or status is None:
                continue
            version = unquote(found["version"]) if status == "fixed" else ""
            first, *more = (
                *statements(id, unquote(found["name"]), unquote(found["place"]), status, version, release_omitted=True),
                None,
            )
            if first:
                stated.setdefault((first.namespace, first.package), first)
            for advisory in more:
                if advisory:
                    implied.setdefault((advisory.namespace, advisory.package), advisory)
    yield from {**implied, **stated}.values()


_DECODER = msgspec.json.Decoder(_Document)
