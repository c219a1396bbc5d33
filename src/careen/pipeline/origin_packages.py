"""Components that a knowledge base recognises, as packages: one for each project and set of versions.

Components that another reader identified already are left out: a program whose own texts state what it is, and a
package's own code within it.
"""

import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple
from urllib.parse import unquote

from msgspec.structs import replace

from careen.formats.feeds.software import software_of_source
from careen.layers.origin_features import FeaturesRead, described_files
from careen.model.inventory import Inventory
from careen.model.origin import Band, Origin, PatchState, Share
from careen.model.package import JOINED_BY_SLASH, Evidence, Package
from careen.origin.component import Component, of_few_versions
from careen.origin.identify import EXPLAINED, identify_described
from careen.origin.knowledge import Knowledge
from careen.safety.pattern import pattern

CATALOGER = "origin"
CONFIDENCE: Mapping[Band, float] = {"exact": 0.9, "high": 0.8, "medium": 0.5, "low": 0.3}
OF_SCRIPTS = ("pkg:composer/", "pkg:gem/", "pkg:npm/", "pkg:pypi/")
WHEEL_LIBRARIES = ".libs"  # the folder of the libraries that a wheel carries
# Files that show the module of a Python package.
MODULE_FILES = frozenset(("__init__.py", "__about__.py", "__version__.py", "_version.py", "version.py", "package_data.py"))
PASSAGE = 0.1  # of the stretches of files
PROGRAM_ITSELF = 0.3  # of a program's texts: it is the project's own program, not one that contains it
_STATES = ("fixed", "unknown", "vulnerable")
_PLAIN = pattern(r"[\dA-Za-z.+-]+")
_SEPARATORS = pattern(r"[-_. ]+")


class Named(NamedTuple):
    """What a base names: packages, the files that they explain, and scripts of which source code explains most: other bases
    look for no bundled code in these."""

    packages: list[Package]
    explained: frozenset[str]
    whole_scripts: frozenset[str]


def packages_of(
    base: Knowledge,
    read: FeaturesRead,
    inventory: Inventory,
    *,
    proven: bool,
    few_versions: bool = False,
    before: Sequence[Package] = (),
    whole_scripts: Collection[str] = (),
) -> Named:
    """The packages that a base names. ``before``: packages from another base, which are not repeated. ``whole_scripts``:
    those that another base explains.
    ``few_versions``: the base has only some versions of each project, so that a copy whose files do not all fit one
    version may be of another version.
    """
    identified = identify_described(base, described_files(read))
    known = _Known(inventory, before)
    layers = {file.path: file.layer for file in inventory.origin_files.files}
    owners = {file.path: file.owner for file in inventory.origin_files.files if file.owner}
    programs = {kept.path for kept in read.files if kept.kind == "program"}
    groups: dict[tuple[str, tuple[str, ...]], list[Component]] = {}
    explained: set[str] = set()
    whole: set[str] = set()
    for found in identified.components:
        component = _with_own_version(found, known.own_versions)
        component = of_few_versions(component) if few_versions else component
        if component.path in programs and is_of_scripts(component):
            continue
        if _is_passage(component) or (_is_bundled(component) and component.path in whole_scripts):
            continue
        if component.may_be_carried and all(_is_owners_own(path, owners.get(path, "")) for path in component.files):
            continue
        explained.update(component.files)
        if _explains_most(component):
            whole.update(component.files)
        owned_by = frozenset(owners[path] for path in component.files if path in owners)
        if not known.names(component, owned_by):
            groups.setdefault((component.project, component.versions), []).append(component)
    packages = [
        _package(group, _around(base, project, versions), layers, owners, proven=proven)
        for (project, versions), group in groups.items()
    ]
    return Named(packages, frozenset(explained), frozenset(whole))


def is_of_scripts(component: Component) -> bool:
    """Whether all packages of the component are of scripts. Such texts in a program may come from elsewhere: Python's
    own modules and generated code contain them too.
    """
    return bool(component.purls) and all(purl.startswith(OF_SCRIPTS) for purl in component.purls)


def _with_own_version(component: Component, own: Mapping[str, str]) -> Component:
    """The component, with the version that the program itself has, if most of the program is the component, no version of
    the base was recognised, and the base has versions of the same main number.

    The program does not say whose version it is, so that the confidence is medium.
    """
    version = own.get(component.path, "")
    texts = next((part for part in component.evidence if part.kind == "literals"), None)
    if not (version and component.nearest and texts and texts.found >= PROGRAM_ITSELF * texts.of):
        return component
    if version.partition(".")[0] not in {known.partition(".")[0] for known in component.versions}:
        return component
    return replace(component, versions=(version,), nearest=False, confidence="medium")


def _is_passage(component: Component) -> bool:
    """Whether it is a small part of the project and of the files that it is in: tables of standards and idioms, mostly."""
    stretches = [part for part in component.evidence if part.kind in ("letters", "tokens")]
    found, of = sum(part.found for part in stretches), sum(part.of for part in stretches)
    return component.is_part and component.evidence[0].found == 0 and found < PASSAGE * of


def _is_owners_own(path: str, owner: str) -> bool:
    """Whether a script is named after the package that owns it: a project whose files have all of it, and more, carries a
    copy of the package."""
    if not owner.startswith(OF_SCRIPTS):
        return False
    name = normal(unquote(owner.rpartition("/")[2].rpartition("@")[0]).removesuffix(".js"))
    file = posixpath.basename(path)
    return file.startswith("index.") or normal(file).startswith(name)


def _is_bundled(component: Component) -> bool:
    return any(part.kind == "sequences" for part in component.evidence)


def _explains_most(component: Component) -> bool:
    """Whether whole files, or most of the letters in files, are the project's."""
    shares = {part.kind: part for part in component.evidence}
    letters = shares.get("letters")
    return "files" in shares and "tokens" not in shares and (letters is None or letters.found >= EXPLAINED * letters.of)


def _around(base: Knowledge, project: str, versions: Sequence[str]) -> tuple[str, ...]:
    """The next older and the next newer version that the base has."""
    known = next((of.versions for of in base.projects if of.name == project), ())
    places = [place for place, version in enumerate(known) if version in versions]
    return (*known[max(places[0] - 1, 0) : places[0]], *known[places[-1] + 1 : places[-1] + 2]) if places else ()


def _package(
    group: Sequence[Component], around: tuple[str, ...], layers: Mapping[str, int], owners: Mapping[str, str], *, proven: bool
) -> Package:
    best = max(group, key=lambda component: CONFIDENCE[component.confidence])
    version = best.versions[0] if len(best.versions) == 1 and not best.nearest else ""
    is_nearest = any(component.nearest for component in group)
    is_modified = None if best.modified is None else any(component.modified for component in group)
    type, name = _coordinates(best)
    files = sorted({path for component in group for path in component.files})
    mine = tuple(dict.fromkeys(owners[path] for path in files if path in owners))
    return Package(
        type=type,
        namespace=None,
        name=name,
        version=version,
        cataloger=CATALOGER,
        confidence=CONFIDENCE[best.confidence],
        owned_by=mine[0] if len(mine) == 1 else None,
        evidence=tuple(Evidence(path, layers[path]) for path in files),
        cpe=cpe_of(best, version) if type == "generic" else None,
        origin=Origin(
            project=best.project,
            versions=best.versions,
            band=best.confidence,
            modified=is_modified,
            nearest=is_nearest,
            around=around if is_modified or (is_nearest and is_modified is None) else (),
            shares=tuple(Share(part.kind, part.found, part.of) for part in best.evidence),
            fixes=tuple(_fixes(group)),
            owners=mine,
            proven=proven,
        ),
    )


def _fixes(group: Sequence[Component]) -> Iterator[PatchState]:
    """The state of each CVE's fix. The worst of several places counts: fixed in one and unknown in another is unknown."""
    for cve in sorted({fix.cve for component in group for fix in component.fixes}):
        found = [next((fix for fix in component.fixes if fix.cve == cve), None) for component in group]
        worst = max((fix for fix in found if fix), key=lambda fix: _STATES.index(fix.state))
        state = "unknown" if worst.state == "fixed" and None in found else worst.state
        yield PatchState(cve, state, worst.evidence)


def _coordinates(component: Component) -> tuple[str, str]:
    """Type and name of the package, from the first package URL of an ecosystem; otherwise it is a ``generic`` program."""
    for purl in component.purls:
        type, _, rest = purl.removeprefix("pkg:").partition("/")
        path = unquote(rest.partition("?")[0])
        if type == "maven":
            return type, path.replace("/", ":")
        if type in ("pypi", "gem", "cargo", "nuget", "composer", *JOINED_BY_SLASH) and type != "generic":
            return type, path
    return "generic", name_of(component.project)


def name_of(project: str) -> str:
    """The project's name without the kind of its source: "zlib" for "deb:zlib"."""
    return project.rpartition(":")[2]


def cpe_of(component: Component, version: str) -> str | None:
    """The CPE of a component, from the base or the map of well-known software; None if neither has one. Its version is
    ``*`` if ``version`` is empty, as for a component of several versions, or has unusual characters.
    """
    product = next(iter(component.cpes), "")
    product = product or _well_known(name_of(component.project))
    if not product:
        return None
    return f"cpe:2.3:a:{product}:{version if version and _PLAIN.fullmatch(version) else '*'}:*:*:*:*:*:*:*"


def _well_known(name: str) -> str:
    """Vendor and product of a project by its name in distributions: libpng:libpng for libpng1.6; "" if it is not known."""
    software = software_of_source(name)
    return next(iter(software.cpe), "") if software else ""


class _Known:
    """The packages that other readers identified, by place."""

    def __init__(self, inventory: Inventory, before: Iterable[Package]) -> None:
        self._packages = [package for package in (*inventory.packages, *before) if package.presence != "absent"]

    def names(self, component: Component, owners: Collection[str]) -> bool:
        """Whether a package with the component's name is in these files, contains them, or is beside them."""
        mine = names_of(component)
        return any(
            package.purl in owners or self._is_at(package, component)
            for name in mine
            for package in self._by_name.get(name, ())
        )

    @cached_property
    def own_versions(self) -> Mapping[str, str]:
        """By path, the version of a program that has no name but the file's."""
        return {
            package.evidence[0].path: package.version
            for package in self._packages
            if package.cataloger == "binary" and not package.cpe and len(package.evidence) == 1
            and posixpath.basename(package.evidence[0].path).startswith(package.name)
        }  # fmt: skip

    @cached_property
    def _by_name(self) -> Mapping[str, list[Package]]:
        found: dict[str, list[Package]] = {}
        for package in self._packages:
            names = {normal(package.name), normal(package.name.rpartition("/")[2]), normal(package.name.rpartition(":")[2])}
            if package.cpe:
                names.add(normal(package.cpe.split(":")[4]))
            for name in names:
                found.setdefault(name, []).append(package)
        return found

    @staticmethod
    def _is_at(package: Package, component: Component) -> bool:
        for place in package.evidence:
            path = place.path.partition("!/")[0]
            if path in component.files:
                return True
            folder = posixpath.dirname(path)
            if folder.endswith(WHEEL_LIBRARIES) and folder == posixpath.dirname(component.path):
                return True  # another library of the same software: libbrotlidec beside libbrotlicommon
            if folder.endswith((".dist-info", ".egg-info", "/EGG-INFO")):
                folder = posixpath.dirname(folder)
                if folder == posixpath.dirname(component.path):
                    return True
            elif package.type == "pypi" and posixpath.basename(path) in MODULE_FILES:  # a copy in another package
                if f"{component.path}/".startswith(f"{folder}/"):
                    return True
            elif path.endswith("package.json") and f"{component.path}/".startswith(f"{folder}/"):
                return True
        return False


def names_of(component: Component) -> frozenset[str]:
    project = name_of(component.project)
    names = [project, *(cpe.partition(":")[2] for cpe in (*component.cpes, _well_known(project)) if cpe)]
    names += [unquote(purl.rpartition("/")[2]) for purl in component.purls]
    return frozenset(map(normal, names))


def normal(name: str) -> str:
    """The name without differences between spellings: libpng, png and lib-png are equal."""
    return _SEPARATORS.sub("", name.lower()).removeprefix("lib") or name


def is_origin(package: Package) -> bool:
    return package.cataloger == CATALOGER
