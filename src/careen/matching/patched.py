"""Packages of a distribution that a vendor patched and renumbered, and the vendor's advisories.

| vendor    | sign of its packages                                           | namespace                           |
|-----------|----------------------------------------------------------------|-------------------------------------|
| root.io   | ``.root.io.`` in the version; apk releases such as ``-r10072`` | ``root:debian:12``                  |
|           | names that begin with ``rootio-``                              |                                     |
| Seal      | names that begin with ``seal-``                                | ``seal:debian``, ``seal:rhel:9``    |
| RapidFort | ``rfubu``, ``+rf`` or ``.rf`` at the end of the version        | ``rapidfort:ubuntu``                |
|           | all other packages of an image with RapidFort's labels         | ``rapidfort:ubuntu:22.04``          |
| Canonical | ``fips`` in the version of a deb of Ubuntu                     | ``ubuntu-pro-fips-updates:22.04``   |

The vendors' fixed versions are below the distribution's, so the distribution's feed alone would report vulnerabilities that
the vendor fixed: without a feed of the vendor its packages are not assessed. root.io builds on the distribution's package,
whose advisories count for vulnerabilities that root.io's do not name. In the same way Ubuntu's advisories count for
vulnerabilities of FIPS builds that no FIPS advisory names. root.io also patches packages of PyPI and npm and renames them
(``rootio-django``, ``@rootio/lodash``): these are assessed as the upstream package, and findings are possible. RapidFort's
feed lists the packages that it left unchanged, by source package and by package.
**Source:** the vendors' advisories: OSV's ecosystem ``Root``, Seal's and RapidFort's feeds; purls and labels of their images.
"""

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from careen.model.advisory import Advisory
from careen.model.image import Image
from careen.model.package import Package
from careen.safety.pattern import pattern

from .channels import vulnerabilities_of, without
from .distributions import Release

RAPIDFORT = "rapidfort"
_ROOT = pattern(r"\.root\.io\.|-r\d007\d$")
_ROOT_PREFIX = "rootio-"
_ROOT_SCOPES = ("rootio-", "rootio_", "@rootio/")
_ROOT_SUFFIX = pattern(r"[.+-]root\.?io\.\d+$")
_SEAL = "seal-"
_RAPIDFORT = {"deb": re.compile(r"rfubu(?:\d|\b)|\+rf(?:\.?\d+)*$"), "rpm": re.compile(r"\.rf\d*$")}
_FIPS = pattern(r"[.+~][Ff]ips\d?")
_RPM_RELEASE = pattern(r"\.(el|fc)(\d+)")
_LABELS = ("maintainer", "vendor", "org.opencontainers.image.vendor", "org.opencontainers.image.authors")


class Patched(Struct, frozen=True):
    vendor: str
    namespaces: tuple[str, ...]  # namespaces that may have its advisories, in order of preference
    builds_on: str = ""  # namespace of the distribution, for vulnerabilities that the vendor's advisories do not have
    marked: bool = True  # it is certain that the vendor built it
    prefix: str = ""  # a prefix that the vendor's feed may add to the package's name


def patched(package: Package, release: Release | None, curator: str = "") -> Patched | None:
    """The vendor that patched a package, and its advisories; None if there is none. ``curator`` is the vendor of the
    whole image, from its labels.
    """
    if package.name.startswith(_SEAL):
        family = _family(package, release)
        return Patched("Seal", tuple(dict.fromkeys((f"seal:{family}", f"seal:{family.partition(':')[0]}"))))
    if release is None:
        return None
    if _ROOT.search(package.version) or package.name.startswith(_ROOT_PREFIX):
        return Patched("root.io", (f"root:{release.namespace}",), release.namespace, prefix=_ROOT_PREFIX)
    if package.type == "deb" and release.namespace.startswith("ubuntu:") and _FIPS.search(package.version):
        number = release.namespace.partition(":")[2]
        pockets = tuple(f"ubuntu-pro-{pocket}:{number}" for pocket in ("fips-updates", "fips", "fips-preview"))
        return Patched("Ubuntu Pro FIPS", pockets, release.namespace, marked=False)
    if package.type in _RAPIDFORT and _RAPIDFORT[package.type].search(package.version):
        return Patched("RapidFort", (f"{RAPIDFORT}:{release.namespace.partition(':')[0]}",))
    if curator == RAPIDFORT:
        family = _family(package, release) if package.type == "rpm" else release.namespace
        return Patched("RapidFort", (f"{RAPIDFORT}:{family}",), marked=False)
    return None


def upstream_of(package: Package) -> tuple[str, str] | None:
    """Name and version of the package of a language that root.io patched; None for any other package."""
    scope = next((scope for scope in _ROOT_SCOPES if package.name.lower().startswith(scope)), "")
    suffix = _ROOT_SUFFIX.search(package.version)
    if not scope and not suffix:
        return None
    return package.name[len(scope) :], package.version[: suffix.start()] if suffix else package.version


def curator_of(image: Image) -> str:
    """The vendor of the whole image, by its labels; "" if they name no vendor of this module."""
    labels = " ".join(image.config.labels.get(name, "") for name in _LABELS).lower()
    return RAPIDFORT if RAPIDFORT in labels else ""


def first_to_name(groups: Iterable[Sequence[Advisory]]) -> tuple[Advisory, ...]:
    """All advisories of the groups, without vulnerabilities that an advisory of an earlier group has."""
    found: list[Advisory] = []
    named: set[str] = set()
    for group in groups:
        left = [rest for advisory in group if (rest := without(advisory, named))]
        named.update(name for advisory in left if advisory.status != "undetermined" for name in vulnerabilities_of(advisory))
        found += left
    return tuple(found)


def _family(package: Package, release: Release | None) -> str:
    """The distribution that the package was built for. The release text of an rpm is more precise than the image."""
    if package.type == "rpm":
        if built := _RPM_RELEASE.search(package.version.rpartition("-")[2]):
            return f"{'rhel' if built[1] == 'el' else 'fedora'}:{built[2]}"
        return release.namespace if release else "rhel"
    return "alpine" if package.type == "apk" else "debian"
