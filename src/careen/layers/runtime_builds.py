"""The build of a Java runtime whose file ``release`` leaves it out, as jlink writes it: the programs in its folder state it.

Without it, one runtime would be two packages: 17.0.9, and 17.0.9+9 of its program.
"""

from collections.abc import Iterable
from posixpath import dirname

from msgspec.structs import replace

from careen.model.package import Package

_FILE = "release"


def with_builds(packages: Iterable[Package]) -> list[Package]:
    packages = list(packages)
    builds: dict[tuple[str, str], list[Package]] = {}  # by name and version without the build
    for package in packages:
        version, plus, _ = package.version.partition("+")
        if package.type == "generic" and plus:
            builds.setdefault((package.name, version), []).append(package)
    return [_with_build(package, builds) for package in packages] if builds else packages


def _with_build(package: Package, builds: dict[tuple[str, str], list[Package]]) -> Package:
    candidates = builds.get((package.name, package.version), ()) if package.type == "generic" else ()
    place = package.evidence[0].path if candidates and len(package.evidence) == 1 else ""
    folder, file = dirname(place), place.rpartition("/")[2]
    if file != _FILE:
        return package
    found = {
        other.version
        for other in candidates
        if any(evidence.path.startswith(f"{folder}/" if folder else "") for evidence in other.evidence)
    }
    return replace(package, version=found.pop()) if len(found) == 1 else package
