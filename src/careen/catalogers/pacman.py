"""Arch Linux packages: pacman's local database, one folder for each package.

Shape: sections of a line ``%NAME%`` and the lines below it, up to an empty one. ``desc`` has NAME, VERSION, BASE, ARCH,
LICENSE, PACKAGER; ``files`` lists the paths below ``%FILES%``.
Raises: ValueError if a ``desc`` has no name or version.  **Source:** pacman, libalpm/be_local.c.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from careen.model.delta import Fact
from careen.model.package import Evidence, Package, Source
from careen.plugins import Cataloger, Ecosystem, File, Owned, Reader, Wants

PACKAGE = "var/lib/pacman/local/*"  # the folder of a package


class Installed(Struct, frozen=True, tag="package"):
    package: Package


class Listing(Struct, frozen=True, tag="files"):
    paths: str  # joined by newlines


def read_desc(file: File) -> Iterator[Installed]:
    found = _sections(file)
    name, version = _first(found, "NAME"), _first(found, "VERSION")
    if not name or not version:
        raise ValueError("it has no %NAME% or no %VERSION%")
    yield Installed(
        Package(
            type="alpm",
            namespace=None,
            name=name,
            version=version,
            source=Source(_first(found, "BASE") or name, version),
            arch=_first(found, "ARCH") or None,
            licenses=tuple(found.get("LICENSE", ())),
            maintainer=_first(found, "PACKAGER") or None,
            cataloger="pacman",
        )
    )


def read_files(file: File) -> Iterator[Listing]:
    yield Listing("\n".join(path for path in _sections(file).get("FILES", ()) if not path.endswith("/")))


def join(facts: Sequence[Fact]) -> Iterator[Package]:
    for fact in facts:
        if isinstance(fact.value, Installed):
            yield replace(fact.value.package, evidence=(Evidence(fact.path, fact.layer),))


def owns(facts: Sequence[Fact]) -> Iterator[Owned]:
    listings = {fact.path.rpartition("/")[0]: fact.value for fact in facts if isinstance(fact.value, Listing)}
    for fact in facts:
        found = listings.get(fact.path.rpartition("/")[0])
        if found and isinstance(fact.value, Installed):
            package = fact.value.package
            yield Owned(package.name, package.version, package.arch, found.paths.split("\n") if found.paths else ())


def _sections(file: File) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in file.data.decode("utf-8", "replace").splitlines():
        if line.startswith("%") and line.endswith("%") and len(line) > 2:
            current = found.setdefault(line[1:-1], [])
        elif line:
            current.append(line)
    return found


def _first(found: dict[str, list[str]], name: str) -> str:
    return next(iter(found.get(name, ())), "")


CATALOGER = Cataloger(
    name="pacman",
    ecosystem=Ecosystem(purl_type="alpm", scheme="alpm", distribution=True),
    readers=(Reader(Wants(paths=(f"{PACKAGE}/desc",)), read_desc), Reader(Wants(paths=(f"{PACKAGE}/files",)), read_files)),
    fact=Installed | Listing,
    join=join,
    owns=owns,
    limits="Packages in a repository or a cache, which are not installed.",
)
