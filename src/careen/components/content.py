"""The content of an SBOM, whatever its format: components with licences, suppliers, digests and dependencies."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from types import MappingProxyType

from msgspec import Struct

from careen.licences.package import NONE, Licence, licences_of
from careen.model.details import LicenceFile
from careen.model.inventory import Inventory
from careen.model.package import JOINED_BY_SLASH, Package
from careen.model.report import Report
from careen.output.summary import merged

MAX_HOLDERS = 50  # copyright lines of a component
MAX_SUPPLIER = 200
# The supplier of a package that names none: the registry of its type.
REGISTRIES = {
    "cargo": "crates.io",
    "composer": "Packagist",
    "cran": "CRAN",
    "gem": "RubyGems.org",
    "golang": "Go modules",
    "hackage": "Hackage",
    "maven": "Maven repositories",
    "npm": "npm registry",
    "nuget": "NuGet Gallery",
    "pub": "pub.dev",
    "pypi": "Python Package Index",
}
NO_DIGESTS: Mapping[str, str] = MappingProxyType({})


class Component(Struct, frozen=True):
    """A package in an SBOM. ``ref`` is unique; a purl is not, if copies of a package have different owners. ``needs`` are the
    refs of its dependencies.
    """

    ref: str
    purl: str
    package: Package
    licence: Licence = NONE
    licence_files: tuple[LicenceFile, ...] = ()
    supplier: str = ""
    digests: Mapping[str, str] = NO_DIGESTS  # SHA-256 and SHA-512, in hex
    needs: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """A short name of letters and digits, the same in every document."""
        return sha256(self.ref.encode("utf-8", "replace")).hexdigest()[:16]

    @property
    def holders(self) -> tuple[str, ...]:
        lines = dict.fromkeys(line for file in self.licence_files for line in file.holders)
        return tuple(lines)[:MAX_HOLDERS]


class Content(Struct, frozen=True):
    """The components of a report. ``detailed``: licence files, dependencies and digests were read. ``supplier`` is
    that of the image."""

    components: tuple[Component, ...]
    detailed: bool
    supplier: str = ""


def content_of(report: Report) -> Content:
    inventory = report.inventory
    packages = merged(inventory.packages)
    licences, refs = licences_of(inventory), dict[str, str]()
    for purl, package in packages:
        refs.setdefault(purl, _ref(purl, package))
    files = _files(inventory)
    needs = {entry.package: entry.on for entry in inventory.details.dependencies} if inventory.details else {}
    suppliers = dict(inventory.details.suppliers) if inventory.details else {}
    digests = {entry.path: entry for entry in inventory.details.digests} if inventory.details else {}
    by_purl = {package.purl: package for _, package in packages}
    components = []
    for purl, package in packages:
        place = package.evidence[0].path if package.evidence else ""
        digest = digests.get(place)
        components.append(
            Component(
                _ref(purl, package),
                purl,
                package,
                licences.get(purl, NONE),
                tuple(files.get(purl, ())),
                supplier_of(package, suppliers.get(purl, ""))
                or _supplier_of_owner(package, by_purl.get(package.owned_by or ""), report),
                {"SHA-256": digest.sha256, "SHA-512": digest.sha512} if digest else NO_DIGESTS,
                tuple(refs[other] for other in needs.get(purl, ()) if other in refs),
            )
        )
    return Content(tuple(components), inventory.details is not None, image_supplier(report))


def supplier_of(package: Package, stated: str) -> str:
    """The supplier of a package: from its metadata, else the owner of its name space (a group of Maven, a host's
    account)."""
    known = package.maintainer or stated
    if known:
        return " ".join(known.split())[:MAX_SUPPLIER]
    if package.type == "maven" and ":" in package.name:
        return package.name.rpartition(":")[0]
    if package.type == "golang":
        return "The Go Authors" if package.name in ("stdlib", "toolchain") else "/".join(package.name.split("/")[:2])
    if package.type in JOINED_BY_SLASH and "/" in package.name:
        return package.name.rpartition("/")[0]
    return ""


def _supplier_of_owner(package: Package, owner: Package | None, report: Report) -> str:
    """The supplier of the distribution's package that owns this one; the distribution supplies its own packages.

    A program that only its bytes identify comes from its own project, any other package from the registry of its
    type.
    """
    if owner and (supplier := supplier_of(owner, "")):
        return supplier
    if report.inventory.distribution and (owner or package).type in ("deb", "rpm", "apk", "alpm"):
        return distribution_name(report)
    if package.type == "generic":
        return f"{package.name} project"
    return REGISTRIES.get(package.type, "")


def distribution_name(report: Report) -> str:
    found = report.inventory.distribution
    return (found.pretty_name.partition(" (")[0] or found.id) if found else ""


def image_supplier(report: Report) -> str:
    """The supplier that the image's labels state; "" if they state none."""
    labels = report.image.config.labels
    stated = (
        labels.get(name, "") for name in ("org.opencontainers.image.vendor", "org.opencontainers.image.authors", "vendor")
    )
    return " ".join(next(filter(None, stated), "").split())[:MAX_SUPPLIER]


def top_level(components: Iterable[Component]) -> tuple[str, ...]:
    """Refs of the components that the image contains directly: those that no other component needs, and one of each cycle of
    dependencies.
    """
    listed = tuple(components)
    needs = {component.ref: component.needs for component in listed}
    needed = {other for component in listed for other in component.needs}
    roots = [component.ref for component in listed if component.ref not in needed]
    reached = set[str]()
    for component in (*roots, *needs):
        if component not in reached:
            if component not in roots:
                roots.append(component)
            waiting = [component]
            while waiting:
                ref = waiting.pop()
                if ref not in reached:
                    reached.add(ref)
                    waiting += needs.get(ref, ())
    return tuple(roots)


def _ref(purl: str, package: Package) -> str:
    return f"{purl}#{package.owned_by}" if package.owned_by else purl


def _files(inventory: Inventory) -> dict[str, list[LicenceFile]]:
    found: dict[str, list[LicenceFile]] = {}
    for file in inventory.details.licence_files if inventory.details else ():
        found.setdefault(file.package, []).append(file)
    return found
