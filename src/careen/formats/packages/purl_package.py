"""The package that a package URL names, and the URL of a package with everything that matching needs.

``full_purl`` adds the source package and the module, which ``Package.purl`` leaves out; ``package_of`` reads both, and
the forms of other tools: a distribution under another name, a codename for a release, a source rpm.
Raises: ValueError if the text is not a package URL.
**Source:** purl-spec, definitions of deb, rpm and apk; the ``upstream`` qualifier as SBOM tools use it.
"""

from collections.abc import Iterable
from urllib.parse import quote

from msgspec.structs import replace

from careen.distributions.registry import by_codename, id_of
from careen.model.package import JOINED_BY_SLASH, Distribution, Package, Source
from careen.safety.pattern import pattern

from .purl import Purl, parse

_JOINED = {"maven": ":", **dict.fromkeys((*JOINED_BY_SLASH, "github"), "/")}  # types whose name includes the namespace
_GROUPED = {"maven": "", "composer": "", "golang": "", "npm": "@"}  # how a name with its group begins
_PARTS = ("github", "cocoapods")  # types whose name includes the subpath
_SOURCE_RPM = pattern(r"(.+)-([^-]+-[^-]+)\.(?:no)?src(?:\.rpm)?")
_RELEASE = pattern(r"(.+?)-(\d[\w.~]*)")
OF_DISTRIBUTIONS = ("deb", "rpm", "apk", "alpm")


def package_of(text: str, names: Iterable[str] = (), stated: str = "") -> Package:
    """The package that a package URL names. Of the spellings in ``names``, the first one with the same URL becomes
    its name, since URLs lose upper case; names of Debian's have none. ``stated``: the version beside a URL that has none."""
    names = tuple(names)
    purl = parse(text)
    name, namespace = _grouped(purl, names), purl.namespace
    if purl.namespace and purl.type in _JOINED:
        name, namespace = f"{purl.namespace}{_JOINED[purl.type]}{purl.name}", None
    if purl.subpath and purl.type in _PARTS:
        name = f"{name}/{purl.subpath}"
    version = purl.version or stated.strip()
    epoch = purl.qualifier("epoch") if purl.type in ("rpm", "deb") else None  # Trivy writes it for deb, too
    if epoch and version and ":" not in version:
        version = f"{epoch}:{version}"
    if purl.type == "golang" and name in ("std", "stdlib"):  # cyclonedx-gomod: pkg:golang/std@go1.20.1
        name, version = "stdlib", version.removeprefix("go")
    package = Package(
        purl.type,
        namespace,
        name,
        version,
        source=_source(purl, version),
        arch=purl.qualifier("arch"),
        distro=_distro(purl),
        module=purl.qualifier("rpmmod", "modularitylabel") if purl.type == "rpm" else None,
    )
    for other in names if purl.type != "deb" else ():
        same = replace(package, name=other)
        # Alpine has a package "R", whose URL the specification writes in lower case, and no tool does.
        if other != name and (same.purl == package.purl or (purl.type == "apk" and other.lower() == name)):
            return same
    return package


def _grouped(purl: Purl, names: Iterable[str]) -> str:
    """The name of a URL; with the group that only a field beside the URL states, for types whose name includes it."""
    if purl.namespace or purl.type not in _GROUPED:
        return purl.name
    end = _JOINED[purl.type] + purl.name
    return next((other for other in names if other.endswith(end) and other.startswith(_GROUPED[purl.type])), purl.name)


def full_purl(package: Package) -> str:
    text, source = package.purl, package.source
    more = []
    if source and (source.name, source.version) != (package.name, package.version):
        version = f"@{source.version}" if source.version and source.version != package.version else ""
        if package.type == "rpm":
            version = f"-{source.version.rpartition(':')[2]}.src.rpm"
        more.append("upstream=" + quote(f"{source.name}{version}", safe=":", errors="replace"))
    if package.module and package.type == "rpm":
        more.append("rpmmod=" + quote(package.module, safe=":", errors="replace"))
    if not more:
        return text
    head, _, qualifiers = text.partition("?")
    return head + "?" + "&".join(sorted([*filter(None, qualifiers.split("&")), *more]))


def distribution_in(packages: Iterable[Package]) -> Distribution | None:
    """The distribution of most packages, for a document that does not state one."""
    from collections import Counter

    counts = Counter(package.distro for package in packages if package.distro and package.type in OF_DISTRIBUTIONS)
    if not counts:
        return None
    name = max(counts, key=lambda distro: (counts[distro], distro))
    match = _RELEASE.fullmatch(name)
    return Distribution(match[1], match[2]) if match else Distribution(name, "")


def _source(purl: Purl, version: str) -> Source | None:
    """The source package; None if unknown. A deb or apk that names none is its own source.

    The file name of a source rpm omits the epoch, which is then the package's.
    """
    upstream = purl.qualifier("upstream") if purl.type in OF_DISTRIBUTIONS else None
    if not upstream:
        return Source(purl.name, version) if purl.type in ("deb", "apk") else None
    if purl.type == "rpm" and (match := _SOURCE_RPM.fullmatch(upstream)):
        return Source(match[1], version if match[2] == purl.version else match[2])
    name, _, stated = upstream.partition("@")
    return Source(name, stated or version)


def _distro(purl: Purl) -> str | None:
    distro = purl.qualifier("distro")
    if not distro or purl.type not in (*OF_DISTRIBUTIONS, "bitnami"):
        return distro
    if release := by_codename(distro):
        return "-".join(release)
    if distro[:1].isdigit() and purl.namespace:
        distro = f"{purl.namespace}-{distro}"
    match = _RELEASE.fullmatch(distro)
    return f"{id_of(match[1])}-{match[2]}" if match else id_of(distro)
