"""``match_many``: over a fixture database; ``match``: over the database below CAREEN_CACHE_DIR."""

import os
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from careen.catalogers.binary import PROGRAMS
from careen.catalogers.java.groups import group_of
from careen.database.knowledge import Knowledge
from careen.database.memory import MemoryDatabase
from careen.matching.match import match
from careen.matching.patched import RAPIDFORT
from careen.model.advisory import NamespaceInfo
from careen.model.inventory import Inventory
from careen.model.package import Distribution, Package, Source
from careen.plugins import Cataloger, Ecosystem, VersionScheme, load

from . import fixture_db

_FAMILIES = {
    "alma": ("almalinux",), "amazon": ("amzn",), "azure": ("azurelinux", "mariner"), "oracle": ("ol",), "redhat": ("rhel",),
    "suse": ("sles", "opensuse-leap", "sle-micro", "opensuse-tumbleweed"),
    # Their images are other distributions', and a request does not name which.
    "rapidfort": ("ubuntu", "alpine", "rhel"), "rootio": ("debian", "ubuntu", "alpine"), "seal": ("debian", "alpine", "rhel"),
}  # fmt: skip
_TYPES = {"python": "pypi", "go": "golang", "java": "maven"}
_PACKAGE_TYPES = {
    "alpine": "apk", "chainguard": "apk", "debian": "deb", "echo": "deb", "minimos": "apk", "ubuntu": "deb", "wolfi": "apk",
}  # fmt: skip
# Ecosystems that have advisories before they have a cataloger.
_OTHERS = (
    Ecosystem("gem", "gem", "RubyGems"),
    Ecosystem("golang", "go", "Go"),
    Ecosystem("maven", "maven", "Maven"),
    Ecosystem("composer", "composer", "Packagist"),
    Ecosystem("nuget", "nuget", "NuGet"),
    Ecosystem("cargo", "semver", "crates.io"),
    Ecosystem("julia", "semver", "Julia"),
    Ecosystem("hex", "semver", "Hex"),
    Ecosystem("pub", "semver", "Pub"),
    Ecosystem("swift", "semver", "SwiftURL"),
)


@cache
def schemes() -> dict[str, VersionScheme]:
    return {scheme.name: scheme for scheme in load("careen.versions", "VERSION_SCHEME", VersionScheme)}


@cache
def ecosystems() -> dict[str, Ecosystem]:
    catalogers = [cataloger.ecosystem for cataloger in load("careen.catalogers", "CATALOGER", Cataloger)]
    found = {one.purl_type: one for one in (*_OTHERS, *catalogers)}
    return {type: one for type, one in found.items() if one.scheme in schemes()}


@cache
def database() -> Knowledge:
    from careen.database.read import open_database
    from careen.database.update import database_path

    return open_database(database_path(Path(os.environ.get("CAREEN_CACHE_DIR", ".cache/careen"))))


def match_many(request: dict[str, Any]) -> list[dict[str, str]]:
    advisories = fixture_db.read([Path(file) for file in request["db_files"]], _key_of)
    infos = [NamespaceInfo(one, one.partition(":")[0], 0, 0) for one in {advisory.namespace for advisory in advisories}]
    knowledge = MemoryDatabase([*advisories, *infos])
    detector = request["detector"].rpartition("/")[2]
    if detector == "library":
        namespaces = {advisory.namespace for advisory in advisories}
        types = [type for type, one in ecosystems().items() if one.namespace in namespaces]
        packages = [Package(type, None, one["Name"], one.get("Version", "")) for one in request["packages"] for type in types]
        return _pairs(Inventory(None, tuple(packages)), knowledge)
    found = []
    for family in _FAMILIES.get(detector, (detector,)):
        distribution = Distribution(family, request["distro_version"] or "")
        repo = request.get("repo")
        distro = f"{family}-{repo['Release']}" if repo and distribution.version else None
        packages = [_package(one, _PACKAGE_TYPES.get(family, "rpm"), distro) for one in request["packages"]]
        curator = RAPIDFORT if detector == RAPIDFORT else ""
        found += _pairs(Inventory(distribution, tuple(packages), curator=curator), knowledge)
    return found


def match_one(request: dict[str, Any]) -> list[dict[str, Any]]:
    version = request["version"] or ""
    if request["type"] == "binary":
        return _found(_binary(request["package"], version), None)
    source = Source(request["upstream"], version) if request.get("upstream") else None
    package = Package(
        _TYPES.get(request["type"], request["type"]),
        None,
        _named(request["package"], request["type"]),
        version.removeprefix("go") if request["package"] == "stdlib" else version,
        source=source,
        arch=request.get("arch"),
        module=request.get("module"),
    )
    distribution = Distribution(request["distro"], request["distro_version"] or "") if request.get("distro") else None
    return _found(package, distribution)


def _found(package: Package, distribution: Distribution | None) -> list[dict[str, Any]]:
    matched = match(Inventory(distribution, (package,)), database(), schemes(), ecosystems(), date.today())
    return [
        {"id": found.id, "aliases": list(found.aliases), "fixed": list(found.fix.versions), "status": found.fix.state}
        for found in matched.findings
    ]


def _named(name: str, type: str) -> str:
    """A jar is named by its artifact alone: the group is the one that the product knows for such a jar."""
    group = group_of(name) if type == "java" and ":" not in name else None
    return f"{group}:{name}" if group else name


def _binary(name: str, version: str) -> Package:
    """As the cataloger of binaries would have found it, in no package."""
    cpe = next((one.cpe for one in PROGRAMS if one.name == name and one.cpe), None)
    named = f"cpe:2.3:a:{cpe}:{version}:*:*:*:*:*:*:*" if cpe else None
    return Package("generic", None, name, version, cpe=named, confidence=0.8)


def _pairs(inventory: Inventory, knowledge: Knowledge) -> list[dict[str, str]]:
    matched = match(inventory, knowledge, schemes(), ecosystems(), date.today())
    return [{"package": found.package_name, "id": found.id} for found in matched.findings]


def _package(one: dict[str, Any], type: str, distro: str | None) -> Package:
    version = _version(one, "")
    source = Source(one["SrcName"], _version(one, "Src") or version) if one.get("SrcName") else None
    return Package(
        type,
        None,
        one["Name"],
        version,
        source=source,
        arch=one.get("Arch"),
        distro=distro,
        module=one.get("Modularitylabel") or None,
    )


def _version(one: dict[str, Any], prefix: str) -> str:
    version, release = one.get(f"{prefix}Version", ""), one.get(f"{prefix}Release", "")
    epoch = one.get(f"{prefix}Epoch") or 0
    return (f"{epoch}:" if epoch else "") + version + (f"-{release}" if release else "")


def _key_of(namespace: str) -> Any:
    scheme = next((one.scheme for one in ecosystems().values() if one.namespace == namespace), None)
    return schemes()[scheme].key if scheme else None


OPS = {"match_many": match_many, "match": match_one}
