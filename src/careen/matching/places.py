"""Where a package is, and what can install another version of it there: one place for each path of its evidence.

A package may be in several places: installed and pinned in a lock file, in two virtual environments, below many
packages of a project. Its findings are gone when all of its places are changed. A command that changes an installation and
rewrites the lock file of its project changes both places.

Paths come from the image. A text that would need quoting in a shell never becomes part of a command.
**Source:** PEP 376 (site-packages); uv, "Locking and syncing"; npm, "folders" and "package-lock.json"; pnpm, "Symlinked
node_modules structure"; Composer, "composer.lock"; RubyGems, ``Gem::Specification.dirs``; Spring Boot,
"The Executable Jar Format".
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import basename, dirname

from msgspec import Struct

from careen.formats.dockerfile.file_names import is_dockerfile_name
from careen.formats.packages.purl import parse
from careen.model.package import Package
from careen.model.projects import Project
from careen.output.roots import root_of
from careen.safety.pattern import pattern

from .bundles import JAVA, Bundles
from .copies import copies_of
from .npm_places import Projects, with_locks
from .place import SAFE, Obstacle, Place, is_safe

SYSTEM = ("deb", "rpm", "apk")
# Package managers, by the package that contains them, in order of preference.
_MANAGERS = (
    ("deb", "apt", "apt"), ("apk", "apk-tools", "apk"), ("rpm", "microdnf", "microdnf"), ("rpm", "dnf", "dnf"),
    ("rpm", "dnf5", "dnf"), ("rpm", "tdnf", "tdnf"), ("rpm", "yum", "yum"), ("rpm", "zypper", "zypper"),
)  # fmt: skip
# Folders in which engines store images and their layers.
_STORED = pattern(r"(?:.*/)?(?:var/lib|\.local/share)/(?:docker|containers|containerd|rancher|snapd)/")
_PIP = pattern(r"(?P<prefix>.*?)lib(?:64)?/(?P<python>python[23]?(?:\.\d+)?)/(?P<site>site|dist)-packages/")
_TARGET = pattern(r"(?P<folder>.+)/[^/]+\.(?:dist|egg)-info(?:/[^/]+)?")
_CONDA = pattern(r"(?P<prefix>.+)/conda-meta/[^/]+\.json")
_CONDA_CACHE = pattern(r"(?P<prefix>.+)/pkgs/[^/]+-[^/-]+-[^/-]+/.+")
_BITNAMI = pattern(r"(?P<folder>.*bitnami)/(?:\.bitnami_components\.json|[^/]+/\.spdx-[^/]+\.spdx)")
_REGISTRIES = frozenset(("pypi", "npm", "gem", "composer", "nuget", "conda"))
_RUNS = pattern(r"[-_.]+")
_UV_CACHE = pattern(r"(?P<archive>(?:.+/)?archive-v\d{1,3})/[^/]+")
_PIP_CACHE = pattern(r"(?P<cache>.*\.cache/pip)/.+")
_MAVEN_CACHE = pattern(r"(?P<cache>.*\.m2/repository|.*\.gradle/caches/modules-\d{1,3})/.+")
# What installs the packages that a Dockerfile names: another version is set there, and not by a command in the image.
_INSTALLERS = {
    "deb": "apt",
    "rpm": "rpm",
    "apk": "apk",
    "golang": "golang",
    "cargo": "cargo install",
    "composer": "composer global",
    "nuget": "dotnet tool",
}
_LANGUAGES = {"golang": "go", "gem": "bundler", "nuget": "dotnet", "generic": "program"}
_COMPOSER = ("vendor/composer/installed.json", "vendor/composer/installed.php", "composer.lock")
_DOTNET = pattern(r"(?P<root>.+)/shared/(?P<framework>[^/]+)/[0-9][^/]*/(?P=framework)\.deps\.json")
_RUNTIME_PACK = pattern(r"Microsoft\.(?:NETCore|AspNetCore|WindowsDesktop)\.App\.Runtime\..+")
_GO_PROGRAM = pattern(r"(?P<folder>.+)/(?:bin|pkg/tool/[^/]+)/[^/]+")
_GEM = pattern(r"(?P<home>.+)/specifications/(?:default/)?[^/]+\.gemspec")


def managers_of(packages: Iterable[Package]) -> dict[str, str]:
    """The package manager for each type of package; those of other root file systems by ``TYPE:ROOT``. One whose
    database is gone upgrades nothing.
    """
    roots: dict[tuple[str, str], set[str]] = {}
    for package in packages:
        if package.type in SYSTEM and package.presence != "shadowed":
            roots.setdefault((package.type, package.name), set()).update(_roots(package))
    return {
        f"{type}:{root}" if root else type: name
        for type, package, name in reversed(_MANAGERS)
        for root in roots.get((type, package), ())
    }


def _roots(package: Package) -> list[str]:
    return [root_of(place.path) for place in package.evidence] or [""]


class Clients(Struct, frozen=True):
    """What installs packages beside the system's manager: npm and its like in projects, and conda, by ``conda:FOLDER`` of each
    environment and ``conda:FOLDER:NAME`` of each package in it. ``go``: folders into which Go itself is unpacked.
    """

    projects: Projects
    conda: frozenset[str] = frozenset()
    go: frozenset[str] = frozenset()


WITHOUT_PROJECTS = Clients(Projects(()))


def clients_of(packages: Iterable[Package], projects: Iterable[Project] = ()) -> Clients:
    packages = tuple(packages)
    conda = (key for package in packages if package.type == "conda" for key in _keys(package))
    tools = (package for package in packages if (package.type, package.name) == ("golang", "toolchain"))
    go = (_go_folder(place.path) for package in tools if not package.owned_by for place in package.evidence)
    return Clients(Projects(packages, projects), frozenset(conda), frozenset(filter(None, go)))


def _go_folder(path: str) -> str:
    """The folder into which Go is unpacked, if this is one of its programs; else "". **Source:** Go, "Download and install"."""
    found = _GO_PROGRAM.fullmatch(path)
    return found["folder"] if found and is_safe(found["folder"]) else ""


def _keys(package: Package) -> Iterator[str]:
    for place in package.evidence:
        if found := _CONDA.fullmatch(place.path):
            yield from (f"conda:/{found['prefix']}", f"conda:/{found['prefix']}:{_normal(package.name)}")


def is_manager(package: Package) -> bool:
    return any((type, name) == (package.type, package.name) for type, name, _ in _MANAGERS)


def places_of(
    package: Package,
    managers: Mapping[str, str],
    bundles: Bundles,
    clients: Clients = WITHOUT_PROJECTS,
    only_distribution: bool = False,
) -> tuple[Place, ...]:
    """The places of a package, one for each evidence in the same order; one if there is no evidence.
    ``only_distribution``: apt downloads from archives of the distribution alone.
    """
    count = max(len(package.evidence), 1)
    if not SAFE.fullmatch(package.name) or package.name.startswith("-"):
        return (Place(obstacle=Obstacle("unsafe_name")),) * count
    if package.presence == "declared" and package.type in (_INSTALLERS if package.cataloger == "dockerfile" else SYSTEM):
        nowhere = Place(obstacle=Obstacle("no_package_manager"))
        return tuple(Place(_INSTALLERS[package.type], place.path) for place in package.evidence) or (nowhere,)
    if package.type in SYSTEM:
        without_archive = only_distribution and package.type == "deb" and package.vendor == "third_party"
        return tuple(
            Place(obstacle=Obstacle("no_archive")) if without_archive and not root else _in_root(package, root, managers)
            for root in _roots(package)
        )
    if package.owned_by:
        return (Place(obstacle=_owned(package.owned_by)),) * count
    if package.origin and package.evidence and package.type not in ("generic", "maven"):
        return tuple(Place(*found) for found in copies_of(package))
    paths = [evidence.path for evidence in package.evidence] or [""]
    places = [_at(package, path, bundles.owner_at(package, path), clients) for path in paths]
    return tuple(_by_manifest(paths, with_locks(places)) if package.presence == "declared" else with_locks(places))


def _by_manifest(paths: Sequence[str], places: list[Place]) -> list[Place]:
    """The places of a package that a step of a Dockerfile installs from a manifest: the manifest sets its version."""
    of_step = [is_dockerfile_name(basename(path)) for path in paths]
    manifest = next((place for place, is_step in zip(places, of_step, strict=True) if not is_step), None)
    if manifest is None:
        return places
    return [manifest if is_step else place for place, is_step in zip(places, of_step, strict=True)]


def _in_root(package: Package, root: str, managers: Mapping[str, str]) -> Place:
    if _STORED.match(root):
        return Place(obstacle=Obstacle("stored_image"))
    manager = managers.get(f"{package.type}:{root}" if root else package.type, "")
    if not manager or not is_safe(root):
        return Place(obstacle=Obstacle("no_package_manager"))
    if package.vendor == "third_party":  # its fixes are upstream's versions: no repository is known to have builds of them
        return Place(obstacle=Obstacle("third_party"))
    return Place(manager, f"/{root}" if root else "", "dockerfile")


def _owned(purl: str) -> Obstacle:
    """The obstacle for a package whose files another one owns: only a newer release of an owner from a registry, or the
    distribution's update, replaces them.
    """
    owner = parse(purl)
    return Obstacle("bundled", owner.name) if owner.type in _REGISTRIES else Obstacle("owned")


def _at(package: Package, path: str, bundled_by: str, clients: Clients) -> Place:
    if bundled_by:
        return Place(obstacle=Obstacle("bundled", bundled_by))
    match package.type:
        case "pypi":
            return _pypi(package, path, clients)
        case "conda":
            found = _CONDA.fullmatch(path)
            return Place("conda", f"/{found['prefix']}", "dockerfile") if found and is_safe(path) else Place("conda", path)
        case "bitnami":
            found = _BITNAMI.fullmatch(path)
            return Place("bitnami", found["folder"] if found else path)
        case "npm":
            return clients.projects.place(package, path)
        case "composer":
            return Place("composer", next((_folder(path, file) for file in _COMPOSER if _is_file(path, file)), path))
        case "maven" if (found := _MAVEN_CACHE.fullmatch(path)) and is_safe(found["cache"]):
            return Place("maven cache", f"/{found['cache']}")
        case "maven":
            return Place("maven", path.partition("!/")[0])  # one project builds the whole archive
        case "cargo" if not SAFE.fullmatch(package.version):  # the command contains the installed version too
            return Place(obstacle=Obstacle("unsafe_name"))
        case "golang" if (folder := _go_folder(path)) in clients.go:
            return Place("go", f"/{folder}")
        case "generic":
            return Place("program", next((folder for folder in _runtimes(package) if path.startswith(f"{folder}/")), path))
        case "gem":
            found = _GEM.fullmatch(path)
            return Place("bundler", found["home"] if found else path)
        case "nuget" if _RUNTIME_PACK.fullmatch(package.name):
            found = _DOTNET.fullmatch(path)  # else a part of a self-contained application
            return (
                Place("dotnet-install", f"/{found['root']}")
                if found and is_safe(path + package.version)
                else Place("dotnet publish", path)
            )
    return Place(_LANGUAGES.get(package.type, package.type), path)


def _runtimes(package: Package) -> list[str]:
    """The folders of the Java runtimes that the package's evidence describes: each is replaced as a whole."""
    paths = (place.path for place in package.evidence) if package.name in JAVA else ()
    return [dirname(path) for path in paths if basename(path) == "release" and dirname(path)]


def _pypi(package: Package, path: str, clients: Clients) -> Place:
    """The place of a Python package: the interpreter that finds it, else the folder that it is installed into, as by
    ``pip install --target``. uv keeps each package that it installed in a folder of its cache, and conda too; pip keeps
    wheels that it built.
    """
    if (cached := _PIP_CACHE.fullmatch(path)) and is_safe(cached["cache"]):
        return Place("pip cache", f"/{cached['cache']}", "dockerfile")
    cached = _CONDA_CACHE.fullmatch(path)
    if cached and f"conda:/{cached['prefix']}" in clients.conda and is_safe(cached["prefix"]):
        return Place("conda cache", f"/{cached['prefix']}/pkgs", "dockerfile")
    if (found := _PIP.match(path)) and is_safe(found["prefix"]):
        environment = f"/{found['prefix']}".rstrip("/")
        if f"conda:{environment}:{_normal(package.name)}" in clients.conda:
            return Place("conda", environment, "dockerfile")
        # Debian's own interpreters install below usr/local, and are not there.
        prefix = found["prefix"].removesuffix("local/") if found["site"] == "dist" else found["prefix"]
        return Place("pip", f"/{prefix}bin/{found['python']}", "dockerfile")
    found = _TARGET.fullmatch(path)
    if found is None or not is_safe(found["folder"]):
        return Place("uv" if basename(path) == "uv.lock" else "pip", path)
    if cached := _UV_CACHE.fullmatch(found["folder"]):
        return Place("uv cache", f"/{cached['archive']}", "dockerfile")
    return Place("pip --target", f"/{found['folder']}", "dockerfile")


def _normal(name: str) -> str:
    """A name of PyPI, as PEP 503 normalises it."""
    return _RUNS.sub("-", name).lower()


def _is_file(path: str, file: str) -> bool:
    return f"/{path}".endswith(f"/{file}")


def _folder(path: str, file: str) -> str:
    return path.removesuffix(file).rstrip("/") or "/"
