"""opkg, the package manager of OpenWrt and Yocto: its status file and the lists of files beside it.

Shape: control paragraphs as Debian's, ``Status: install user installed``; ``info/NAME.list`` has one path per line, in Yocto
with its mode after a tab.
A paragraph without Package or Version is skipped and reported; a package with an unknown state counts as installed, and is
reported.
Raises: ValueError if the file is not a control file.
**Source:** opkg, pkg_parse and "Status" of Debian's format.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from careen.formats.packages.deb822 import paragraphs
from careen.formats.packages.unreadable_parts import UnreadableParts, bounded, unknown, unreadable_parts
from careen.model.delta import Fact
from careen.model.inventory import Unknown
from careen.model.package import Evidence, Package
from careen.plugins import Cataloger, Ecosystem, File, Owned, Reader, Wants

FIELDS = frozenset(("package", "status", "version", "architecture", "license", "maintainer"))
PRESENT = ("installed", "unpacked", "half-configured", "half-installed", "post-inst-failed", "removal-failed")
ABSENT = ("not-installed", "config-files")
PLACES = ("usr/lib/opkg", "var/lib/opkg")


class Installed(Struct, frozen=True, tag="package"):
    package: Package


class Listing(Struct, frozen=True, tag="files"):
    name: str
    paths: str  # joined by newlines


def read_status(file: File) -> Iterator[Installed | UnreadableParts]:
    reasons: list[str] = []
    named = 0
    for entry in paragraphs(_text(file, reasons), FIELDS, reasons):
        name, version = entry.get("package", ""), entry.get("version", "")
        if not name or not version:
            reasons.append("a paragraph without Package or Version")
            continue
        named += 1
        state = (entry.get("status", "").split() or [""])[:3][-1]  # opkg reads three words
        if state not in PRESENT + ABSENT:
            reasons.append(f"{name[:60]} has the unknown state {state[:60]!r}, and counts as installed")
        if state not in ABSENT:
            licenses = (entry["license"],) if entry.get("license") else ()
            maintainer = entry.get("maintainer") or None
            arch = entry.get("architecture") or None
            yield Installed(
                Package("opkg", None, name, version, arch=arch, licenses=licenses, maintainer=maintainer, cataloger="opkg")
            )
    yield from unreadable_parts(reasons, named)


def read_listing(file: File) -> Iterator[Listing]:
    paths = (line.partition("\t")[0].strip().lstrip("/") for line in _text(file, []).splitlines())
    yield Listing(file.path.rpartition("/")[2].removesuffix(".list"), "\n".join(path for path in paths if path))


def join(facts: Sequence[Fact]) -> Iterator[Package | Unknown]:
    for fact in facts:
        if isinstance(fact.value, Installed):
            yield replace(fact.value.package, evidence=(Evidence(fact.path, fact.layer),))
        elif isinstance(fact.value, UnreadableParts):
            yield unknown("opkg", fact)


def owns(facts: Sequence[Fact]) -> Iterator[Owned]:
    listings = {(_database(fact.path), fact.value.name): fact.value for fact in facts if isinstance(fact.value, Listing)}
    for fact in facts:
        if isinstance(fact.value, Installed):
            package = fact.value.package
            found = listings.get((_database(fact.path), package.name))
            if found:
                yield Owned(package.name, package.version, package.arch, found.paths.split("\n") if found.paths else ())


def _database(path: str) -> str:
    return path.rpartition("/")[0].removesuffix("/info")


def _text(file: File, reasons: list[str]) -> str:
    with file.open() as stream:
        return bounded(stream, reasons).decode(errors="backslashreplace")


CATALOGER = Cataloger(
    name="opkg",
    ecosystem=Ecosystem(purl_type="opkg", scheme="deb", distribution=True),
    readers=(
        Reader(Wants(paths=tuple(f"{place}/status" for place in PLACES)), read_status),
        Reader(Wants(folders=tuple(f"{place}/info/*.list" for place in PLACES)), read_listing),
    ),
    fact=Installed | Listing | UnreadableParts,
    join=join,
    owns=owns,
    limits="Packages of a read-only image without its status file.",
)
