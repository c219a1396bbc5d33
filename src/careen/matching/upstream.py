"""Software that is assessed by upstream versions: packages of third parties and conda, files with nothing but a CPE name.

Third parties package new upstream versions, so the maker's ranges hold for them. A distribution backports fixes to old
versions, so its packages are never assessed this way. OSV's identity of the software comes first, then NVD's ranges.
Names come from a map (``formats/feeds/software``): a package that is not in it is not assessed.
"""

from collections.abc import Mapping

from msgspec import Struct

from careen.database.knowledge import key_name
from careen.formats.feeds.software import (
    Software,
    software_of_artifact,
    software_of_conda,
    software_of_cpe,
    software_of_package,
    upstream_version,
    version_of_cpe,
)
from careen.formats.packages.release_tag import version_of_tag
from careen.model.package import Distribution, Package
from careen.plugins import Ecosystem

from .distributions import distribution_of
from .vendors import vendor_of

REPOSITORIES = ("github", "gitlab", "bitbucket")  # types of packages whose versions are tags of releases
UPSTREAM_BUILDERS = ("conda", "spack")  # types of packages that are built from upstream versions, without backports


class Identity(Struct, frozen=True):
    places: tuple[tuple[str, str], ...]  # namespaces and names of its advisories, in order of preference
    version: str
    scheme: str
    title: str
    is_part: bool = False  # it is a part of the software without its program, so that an advisory may be about another part


def packaged(package: Package) -> Identity | None:
    """The software in a third party's deb or rpm, by the name of the package or of its source package; None if the map has
    neither.
    """
    built = f"{package.maintainer or ''} {package.version}"
    found = software_of_package(package.name, built)
    if found is None and package.source is not None and package.source.name != package.name:
        found = software_of_package(package.source.name, built)
        found = (found[0], True) if found else None
    return _identity(found[0], upstream_version(package.type, package.version), found[1]) if found else None


def named(package: Package) -> Identity | None:
    """The software that the package's CPE name identifies; without a CPE name, that of a conda or Spack package by its name.
    None if the map does not have it.
    """
    if package.cpe:
        software = software_of_cpe(package.cpe)
    else:
        software = software_of_conda(package.name) if package.type in UPSTREAM_BUILDERS else None
    version = version_of_tag(package.version) if package.type in REPOSITORIES else package.version
    return _identity(software, version or version_of_cpe(package.cpe or "")) if software else None


def contained(package: Package) -> Identity | None:
    """The program in a package of a language ecosystem, whose advisories may be about the program as a whole: GHSA's about
    ``org.apache.tomcat:tomcat`` name no jar of Tomcat.
    """
    software = software_of_artifact(package.name) if package.type == "maven" else None
    return _identity(software, package.version) if software else None


def namespaces(package: Package, distribution: Distribution | None, ecosystems: Mapping[str, Ecosystem]) -> frozenset[str]:
    """The namespaces that assess the package by its upstream version; empty if others assess it, or if the map does not
    have it.
    """
    ecosystem = ecosystems.get(package.type)
    if ecosystem is None or (ecosystem.namespace is None and not ecosystem.distribution):
        identity = named(package)
    elif not ecosystem.distribution:
        identity = None if package.owned_by else contained(package)
    else:
        vendor = package.vendor if package.vendor != "unknown" else vendor_of(package, distribution_of(package, distribution))
        identity = packaged(package) if vendor == "third_party" else None
    return frozenset(namespace for namespace, _ in identity.places) if identity else frozenset()


def _identity(software: Software, version: str, is_part: bool = False) -> Identity:
    places = tuple((namespace, key_name(namespace, name)) for namespace, name in software.places)
    return Identity(places, version, software.scheme, software.name, is_part)
