"""Software that two readers list with versions of different precision is one package, in the more precise version.

- A Java runtime whose file ``release`` leaves the build out, as jlink's does (17.0.9): a program in its folder states it
  (17.0.9+9).
- A program whose build information has no version, while another text in the same file states it.
"""

from collections.abc import Iterable
from posixpath import dirname

from msgspec.structs import replace

from careen.model.package import Package

_RELEASE = "release"  # the file of a Java runtime


def one_each(packages: Iterable[Package]) -> list[Package]:
    packages = list(packages)
    builds: dict[tuple[str, str], list[Package]] = {}  # by name and version without the build
    # Places of the packages with a version that have the name of one without, by type and name.
    known: dict[tuple[str, str], set[str]] = {
        (package.type, package.name): set() for package in packages if not package.version
    }
    for package in packages:
        version, plus, _ = package.version.partition("+")
        if package.type == "generic" and plus:
            builds.setdefault((package.name, version), []).append(package)
        places = known.get((package.type, package.name)) if package.version and package.presence != "declared" else None
        if places is not None:
            places.update(place.path for place in package.evidence)
    return [_with_build(package, builds) for package in packages if package.version or not _is_restated(package, known)]


def _is_restated(package: Package, known: dict[tuple[str, str], set[str]]) -> bool:
    """Whether another package of this name in the same files has the version that this one lacks."""
    places = {place.path for place in package.evidence}
    return bool(places) and places <= known[package.type, package.name]


def _with_build(package: Package, builds: dict[tuple[str, str], list[Package]]) -> Package:
    candidates = builds.get((package.name, package.version), ()) if package.type == "generic" else ()
    place = package.evidence[0].path if candidates and len(package.evidence) == 1 else ""
    folder, file = dirname(place), place.rpartition("/")[2]
    if file != _RELEASE:
        return package
    found = {
        other.version
        for other in candidates
        if any(evidence.path.startswith(f"{folder}/" if folder else "") for evidence in other.evidence)
    }
    return replace(package, version=found.pop()) if len(found) == 1 else package
