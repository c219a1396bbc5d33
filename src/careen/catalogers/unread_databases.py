"""Databases of package managers whose packages are not read: each becomes an Unknown, so that a report is not complete.

**Source:** xbps-pkgdb(1); Slackware, pkgtools; Solus, eopkg; Clear Linux, swupd; CRUX, pkgutils; pkgsrc, pkg_info(1).
"""

from collections.abc import Iterator, Sequence

from careen.model.delta import Fact
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

NAME = "unread_databases"
_PATHS = {
    "var/db/xbps/pkgdb-0.38.plist": "XBPS (Void Linux)",
    "var/lib/pkg/db": "CRUX",
}
_FOLDERS = {
    "var/lib/pkgtools/packages": "Slackware",
    "var/log/packages": "Slackware",
    "var/lib/eopkg/package": "eopkg (Solus)",
    "usr/share/clear/bundles": "swupd (Clear Linux)",
    "var/db/pkg": "pkgsrc",
}
_IN_FOLDERS = {"var/lib/eopkg/package": "/*/metadata.xml", "var/db/pkg": "/*/+CONTENTS"}


def read(file: File) -> Iterator[str]:
    """The place of the database and its manager."""
    yield from (f"{at}\0{title}" for name, title in (*_PATHS.items(), *_FOLDERS.items()) if (at := _place(file.path, name)))


def join(facts: Sequence[Fact]) -> Iterator[Unknown]:
    seen: set[str] = set()
    for fact in facts:
        if fact.value not in seen:
            seen.add(fact.value)
            place, _, title = fact.value.partition("\0")
            yield Unknown(NAME, Evidence(place, fact.layer), f"the package database of {title}: its packages are not read")


def _place(path: str, name: str) -> str:
    """The database's place, if the file is it or is in it; else \"\"."""
    before, found, _ = f"/{path}/".partition(f"/{name}/")
    return f"{before}/{name}".strip("/") if found else ""


CATALOGER = Cataloger(
    name=NAME,
    ecosystem=Ecosystem(purl_type="generic", scheme="generic"),
    readers=(
        Reader(
            Wants(
                paths=(*_PATHS, *(f"{folder}{ending}" for folder, ending in _IN_FOLDERS.items())),
                folders=tuple(folder for folder in _FOLDERS if folder not in _IN_FOLDERS),
                amount="head",
            ),
            read,
        ),
    ),
    fact=str,
    join=join,
    limits="The packages in these databases.",
)
