"""A small world to match in: dotted numbers as versions, three kinds of packages, knowledge from a list of records."""

from datetime import date

from careen.database.memory import MemoryDatabase
from careen.matching.match import Matched, match
from careen.model.advisory import Advisory, DatabaseInfo, NamespaceInfo, Range, SourceInfo
from careen.model.inventory import Inventory
from careen.model.package import Distribution, Evidence, Package, Source
from careen.plugins import Ecosystem, VersionScheme, load

TODAY = date(2026, 6, 1)
DEBIAN = Distribution("debian", "12", "bookworm", pretty_name="Debian GNU/Linux 12 (bookworm)")
ALMA = Distribution("almalinux", "8.10", pretty_name="AlmaLinux 8.10")


def number_key(text):
    return tuple(int(part) for part in text.split("."))


def release_key(text):
    """``1:2.3-4.module_el8+5``: epoch, then every number in order."""
    epoch, _, rest = text.rpartition(":")
    numbers = "".join(letter if letter.isdigit() else " " for letter in rest).split()
    if not numbers:
        raise ValueError(text)
    return (int(epoch or 0), *map(int, numbers))


SCHEMES = {one.name: one for one in load("careen.versions", "VERSION_SCHEME", VersionScheme)} | {
    name: VersionScheme(name, key)
    for name, key in {
        "deb": release_key,
        "rpm": release_key,
        "apk": release_key,
        "pep440": number_key,
        "go": number_key,
    }.items()
}
ECOSYSTEMS = {
    "deb": Ecosystem("deb", "deb", distribution=True),
    "rpm": Ecosystem("rpm", "rpm", distribution=True),
    "apk": Ecosystem("apk", "apk", distribution=True),
    "pypi": Ecosystem("pypi", "pep440", "PyPI", names_insensitive=True),
    "golang": Ecosystem("golang", "go", "Go"),
    "cargo": Ecosystem("cargo", "go", "crates.io"),
    "maven": Ecosystem("maven", "maven", "Maven"),
    "generic": Ecosystem("generic", "generic"),
}


def deb(name="libssl3", version="3.0.11-1", source=None, **fields):
    fields.setdefault("evidence", (Evidence("var/lib/dpkg/status", 0),))
    source = source or Source("openssl", "3.0.11-1")
    return Package("deb", "debian", name, version, source=source, arch="amd64", distro="debian-12", **fields)


def rpm(name, version, **fields):
    return Package("rpm", "almalinux", name, version, distro="almalinux-8.10", **fields)


def pypi(name="django", version="4.2.1", **fields):
    fields.setdefault("evidence", (Evidence(f"usr/lib/python3/site-packages/{name}-{version}.dist-info/METADATA", 1),))
    return Package("pypi", None, name, version, **fields)


def advisory(id="CVE-2026-0001", fixed="3.0.13-1", namespace="debian:12", package="openssl", **fields):
    fields.setdefault("source", namespace.partition(":")[0].lower())
    fields.setdefault("ranges", (Range(None, fixed),) if fixed else ())
    return Advisory(id=id, namespace=namespace, package=package, **fields)


def info(namespace="debian:12", source="debian", packages=100, **fields):
    return NamespaceInfo(namespace, source, packages * 3, packages, **fields)


def knowledge(*records, as_of="2026-05-31", sources=("debian", "osv", "pypa", "almalinux")):
    return MemoryDatabase(
        records, DatabaseInfo("memory", as_of, tuple(SourceInfo(name, as_of, len(records)) for name in sources))
    )


def run(packages, records, distribution=DEBIAN) -> Matched:
    inventory = Inventory(distribution, tuple(packages))
    return match(inventory, knowledge(*records), SCHEMES, ECOSYSTEMS, TODAY)


def ids(matched):
    return [found.id for found in matched.findings]


def codes(matched):
    return {reason.code: reason for reason in matched.reasons}
