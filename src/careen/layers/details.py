"""Licence files, dependencies and digests, each bound to the package to which it belongs.

A licence file belongs to the package whose folder contains it, or that owns it by the package database, or whose source a build
tool's cache has. Debian's ``usr/share/doc/NAME`` may be a link to the folder of another package of the same source.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from careen.model.delta import Fact
from careen.model.details import Dependencies, Details, FileDigest, LicenceFile
from careen.model.package import Package
from careen.plugins import Cataloger

from .facts import Facts
from .owners import Owners
from .source_caches import cached_in, key_of
from .squash import Squashed

ROLES = ("licence_files", "requirements", "component_digests")
MAX_FILES = 40  # licence files of one package
_SYSTEM = ("deb", "rpm", "apk")


def details(
    tree: Squashed, facts: Facts, owners: Owners, packages: Sequence[Package], catalogers: Iterable[Cataloger]
) -> Details | None:
    """What SBOMs and licence reports need in addition to a scan; None if no cataloger of the scan reads such facts."""
    if not any(cataloger.role in ROLES for cataloger in catalogers):
        return None
    digests, required = facts.of_role("component_digests"), facts.of_role("requirements")
    wanted = {place.path.partition("!/")[0] for package in packages for place in package.evidence}
    return Details(
        tuple(dict.fromkeys(_licence_files(tree, facts.of_role("licence_files"), owners, packages))),
        tuple(_dependencies(required, packages)),
        tuple(FileDigest(fact.path, fact.value.sha256, fact.value.sha512) for fact in digests if fact.path in wanted),
        tuple(sorted(_suppliers(required, packages))),
    )


def _licence_files(tree: Squashed, facts: Sequence[Fact], owners: Owners, packages: Sequence[Package]) -> Iterator[LicenceFile]:
    by_folder: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_folder[fact.path.rpartition("/")[0]].append(fact)
    by_source = {cached: found for folder, found in by_folder.items() if (cached := cached_in(folder))}
    by_archive: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.value.inside:
            by_archive[fact.path].append(fact)
    by_owner: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        owner = owners.in_distribution(fact.path)
        if owner:
            by_owner[owner.purl].append(fact)
    for package in packages:
        if package.type in _SYSTEM and not package.owned_by:
            found = _of_system_package(tree, package, by_folder) or by_owner.get(package.purl, [])
        else:
            found = [fact for folder in _folders(package) for fact in by_folder.get(folder, ()) if not fact.value.inside]
            found += by_archive.get(_archive_of(package), ())
            found += by_source.get(key_of(package), ())
        for fact in found[:MAX_FILES]:
            text = fact.value
            path = f"{fact.path}!/{text.inside}" if text.inside else fact.path
            yield LicenceFile(package.purl, path, text.expression, text.holders, text.declares, fact.layer)


def _of_system_package(tree: Squashed, package: Package, by_folder: dict[str, list[Fact]]) -> list[Fact]:
    before, database, _ = (package.evidence[0].path if package.evidence else "").partition("var/lib/")
    root = before if database else ""
    for name in (f"usr/share/doc/{package.name}/copyright", f"usr/share/licenses/{package.name}/x"):
        place = tree.resolve(f"{root}{name}")
        target = tree.link(place)
        if target and target.startswith("../"):
            place = tree.resolve(f"{place.rpartition('/')[0]}/{target}")
        if found := by_folder.get(place.rpartition("/")[0]):
            return found
    return []


def _archive_of(package: Package) -> str:
    """The path of the archive that is the package itself; "" if the package is not an archive. Texts in the archive belong
    to this package, not to packages that are shaded into it.
    """
    artifact = package.name.rpartition(":")[2]
    paths = (place.path for place in package.evidence)
    return next((path for path in paths if path.rpartition("/")[2].startswith(artifact)), "") if package.type == "maven" else ""


def _folders(package: Package) -> Iterator[str]:
    """The folders that may contain the licence of a language package, derived from the places of its record."""
    for place in package.evidence:
        path = place.path.partition("!/")[0]
        folder, _, file = path.rpartition("/")
        yield folder
        yield f"{folder}/licenses"
        yield f"{folder}/LICENSES"
        if package.type == "pypi" and folder.endswith(".dist-info"):
            yield f"{folder}/licenses/licenses"
            yield f"{folder}/license_files"
        elif package.type == "gem" and file.endswith(".gemspec"):
            gems = folder.removesuffix("/default").removesuffix("/specifications")
            yield f"{gems}/gems/{file.removesuffix('.gemspec')}"
        elif package.type == "composer" and folder.endswith("/composer"):
            yield f"{folder.removesuffix('/composer')}/{package.name}"
        elif package.type == "golang":
            yield from (f"{above}/{package.name}" for above in (f"{folder}/vendor",))


def _dependencies(facts: Sequence[Fact], packages: Sequence[Package]) -> Iterator[Dependencies]:
    """Dependencies between packages. A distribution's packages depend on others in the same root file system; for npm
    the nearest folder counts; for others any package of the name.
    """
    by_name: dict[tuple[str, str], list[Package]] = defaultdict(list)
    for package in packages:
        for name in {package.name, package.name.lower().replace("_", "-").replace(".", "-")}:
            by_name[package.type, name].append(package)
    provided: dict[tuple[str, str], list[str]] = defaultdict(list)
    for fact in facts:
        for name in fact.value.provides:
            provided[fact.value.type, name].append(fact.value.name)
    found: dict[str, set[str]] = defaultdict(set)
    for fact in facts:
        needing = [each for each in by_name[fact.value.type, fact.value.name] if _is_same(each, fact)]
        for package in needing[:1]:
            for names in fact.value.needs:
                found[package.purl].update(_first_installed(fact, names, by_name, provided))
    for purl, needed in sorted(found.items()):
        if others := tuple(sorted(needed - {purl})):
            yield Dependencies(purl, others)


def _suppliers(facts: Sequence[Fact], packages: Sequence[Package]) -> set[tuple[str, str]]:
    stated = {fact.path: fact.value.supplier for fact in facts if fact.value.supplier}
    return {
        (package.purl, stated[place.path]) for package in packages for place in package.evidence[:1] if place.path in stated
    }


def _is_same(package: Package, fact: Fact) -> bool:
    required = fact.value
    versions_agree = not required.version or package.version == required.version
    return versions_agree and any(place.path == fact.path for place in package.evidence)


def _first_installed(
    fact: Fact,
    names: Sequence[str],
    by_name: dict[tuple[str, str], list[Package]],
    provided: dict[tuple[str, str], list[str]],
) -> list[str]:
    """The purl of the package that meets a dependency: the first of the alternative ``names`` that is installed, or that an
    installed package provides. Empty if there is none.
    """
    kind = fact.value.type
    for name in names:
        choices = by_name.get((kind, name)) or [
            package for other in provided.get((kind, name), ()) for package in by_name.get((kind, other), ())
        ]
        if choices:
            return [_nearest(fact, choices).purl]
    return []


def _nearest(fact: Fact, choices: Sequence[Package]) -> Package:
    """The package of several with the same name that the fact means: in the nearest common folder, with the same
    architecture.
    """

    def likeness(package: Package) -> tuple[int, bool]:
        places = [place.path for place in package.evidence] or [""]
        common = max(_common(fact.path, path) for path in places)
        return common, package.arch == fact.value.arch

    return max(choices, key=likeness)


def _common(one: str, other: str) -> int:
    length = 0
    for left, right in zip(one.split("/"), other.split("/"), strict=False):
        if left != right:
            break
        length += 1
    return length
