"""Software that two readers list with versions of different precision is one package, in the more precise version.

- A Java runtime whose file ``release`` leaves the build out, as jlink's does (17.0.9): a program in its folder states it
  (17.0.9+9).
- A program whose build information has no version, while another text in the same file states it.
- A program in Go that a rule knows by its bytes: it is its main module, with the version and the CPE name of the rule.
"""

from collections.abc import Iterable
from posixpath import dirname

from msgspec.structs import replace

from careen.model.package import Package
from careen.safety.pattern import pattern

_MAJOR = pattern(r"/v[0-9]{1,3}$")
_PSEUDO = pattern(r"v0\.0\.0-[0-9]{14}-[0-9a-f]{12}$")
_RELEASE = "release"  # the file of a Java runtime


def one_each(packages: Iterable[Package]) -> list[Package]:
    packages = _with_programs(list(packages))
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


def _with_programs(packages: list[Package]) -> list[Package]:
    """The packages; main modules of Go have what is known about their programs, which are not packages of their own."""
    modules = {  # by the path of the program and the name of the project
        (place.path, _project(package.name)): index
        for index, package in enumerate(packages)
        if package.type == "golang" and package.presence != "declared"
        for place in package.evidence
    }
    known = set[int]()
    for number, program in enumerate(packages):
        names = _names(program) if program.type == "generic" and len(program.evidence) == 1 and program.version else ()
        found = (modules.get((program.evidence[0].path, name)) for name in names)
        own = next((place for place in found if place is not None and _agree(packages[place], program)), None)
        if own is not None:
            known.add(number)
            packages[own] = replace(packages[own], version=f"v{program.version}", cpe=program.cpe or packages[own].cpe)
    return [package for number, package in enumerate(packages) if number not in known]


def _project(module: str) -> str:
    """The name of a module's project: "consul" of ``github.com/hashicorp/consul``, "helm" of ``helm.sh/helm/v3``."""
    return _MAJOR.sub("", module).rpartition("/")[2].lower()


def _names(program: Package) -> tuple[str, ...]:
    """Its name, and the product's in its CPE name (istio of ``pilot-agent``)."""
    product = (program.cpe or "").split(":")[4:5]
    return (program.name.lower(), *product)


def _agree(module: Package, program: Package) -> bool:
    stated = module.version.removeprefix("v")
    return not stated or stated == program.version or _PSEUDO.match(module.version) is not None


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
