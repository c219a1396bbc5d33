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
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from careen.formats.dockerfile.file_names import is_dockerfile_name
from careen.formats.packages.purl import parse
from careen.model.package import Package
from careen.model.plan import Where
from careen.output.roots import root_of
from careen.safety.pattern import pattern

from .bundles import JAVA, Bundles
from .copies import copies_of

SYSTEM = ("deb", "rpm", "apk")
SAFE = pattern(r"[A-Za-z0-9@._+~:^/-]+")
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
# Clients of npm's registry by their lock files. If a project has several, the first counts.
_LOCKS = {
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
}
_STORES = {".pnpm": "pnpm", ".bun": "bun"}  # the folder of node_modules that has all packages of a project
_ALSO_WRITES = ("npm", "yarn.lock")  # npm updates an existing lock file of Yarn; no other client updates a foreign one
# The client's setting that replaces dependencies of other packages.
OVERRIDES = {"npm overrides": "npm", "pnpm overrides": "pnpm", "yarn resolutions": "yarn", "bun overrides": "bun"}
IN_PROJECTS = frozenset((*OVERRIDES, *OVERRIDES.values()))  # managers in the node_modules of a project
_OVERRIDE = {client: name for name, client in OVERRIDES.items()}
# Archives and unpacked packages of a project that Yarn runs without node_modules.
_PLUG_N_PLAY = pattern(r"(?P<root>(?:.*?/)?)\.yarn/(?:cache/[^/]+\.zip|unplugged/.+)")
_COMPOSER = ("vendor/composer/installed.json", "vendor/composer/installed.php", "composer.lock")
_DOTNET = pattern(r"(?P<root>.+)/shared/(?P<framework>[^/]+)/[0-9][^/]*/(?P=framework)\.deps\.json")
_RUNTIME_PACK = pattern(r"Microsoft\.(?:NETCore|AspNetCore|WindowsDesktop)\.App\.Runtime\..+")
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


def clients_of(packages: Iterable[Package]) -> dict[str, str]:
    """The client that installs npm packages in each project, by the project's folder; and conda, by ``conda:FOLDER`` of
    each environment and ``conda:FOLDER:NAME`` of each package in it.
    """
    packages = tuple(packages)
    conda = {key: "conda" for package in packages if package.type == "conda" for key in _keys(package)}
    locks = {place.path for package in packages if package.type == "npm" for place in package.evidence}
    by_lock = (
        (f"/{dirname(path)}", client) for name, client in reversed(_LOCKS.items()) for path in locks if basename(path) == name
    )
    return conda | dict(by_lock)


def _keys(package: Package) -> Iterator[str]:
    for place in package.evidence:
        if found := _CONDA.fullmatch(place.path):
            yield from (f"conda:/{found['prefix']}", f"conda:/{found['prefix']}:{_normal(package.name)}")


def is_manager(package: Package) -> bool:
    return any((type, name) == (package.type, package.name) for type, name, _ in _MANAGERS)


class Obstacle(Struct, frozen=True):
    """Why a package cannot be upgraded in its place. ``by``: the package that contains a bundled copy."""

    code: Literal["unsafe_name", "no_package_manager", "no_archive", "stored_image", "third_party", "owned", "bundled"]
    by: str = ""


class Place(Struct, frozen=True):
    """Where a package is, as its manager names the place: an interpreter, a folder or a file; "" for packages of the image's
    own system.
    Without a manager, ``obstacle`` states why the package cannot be upgraded there.
    """

    manager: str = ""
    place: str = ""
    where: Where = "manifest"
    obstacle: Obstacle | None = None


def places_of(
    package: Package,
    managers: Mapping[str, str],
    bundles: Bundles,
    clients: Mapping[str, str] = MappingProxyType({}),
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
    return tuple(_by_manifest(paths, _with_locks(places)) if package.presence == "declared" else _with_locks(places))


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
    if not manager or not _is_safe(root):
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


def _at(package: Package, path: str, bundled_by: str, clients: Mapping[str, str]) -> Place:
    if bundled_by:
        return Place(obstacle=Obstacle("bundled", bundled_by))
    match package.type:
        case "pypi":
            return _pypi(package, path, clients)
        case "conda":
            found = _CONDA.fullmatch(path)
            return Place("conda", f"/{found['prefix']}", "dockerfile") if found and _is_safe(path) else Place("conda", path)
        case "bitnami":
            found = _BITNAMI.fullmatch(path)
            return Place("bitnami", found["folder"] if found else path)
        case "npm":
            return _npm(package, path, clients)
        case "composer":
            return Place("composer", next((_folder(path, file) for file in _COMPOSER if _is_file(path, file)), path))
        case "maven" if (found := _MAVEN_CACHE.fullmatch(path)) and _is_safe(found["cache"]):
            return Place("maven cache", f"/{found['cache']}")
        case "maven":
            return Place("maven", path.partition("!/")[0])  # one project builds the whole archive
        case "cargo" if not SAFE.fullmatch(package.version):  # the command contains the installed version too
            return Place(obstacle=Obstacle("unsafe_name"))
        case "generic":
            return Place("program", next((folder for folder in _runtimes(package) if path.startswith(f"{folder}/")), path))
        case "gem":
            found = _GEM.fullmatch(path)
            return Place("bundler", found["home"] if found else path)
        case "nuget" if _RUNTIME_PACK.fullmatch(package.name):
            found = _DOTNET.fullmatch(path)  # else a part of a self-contained application
            return (
                Place("dotnet-install", f"/{found['root']}")
                if found and _is_safe(path + package.version)
                else Place("dotnet publish", path)
            )
    return Place(_LANGUAGES.get(package.type, package.type), path)


def _runtimes(package: Package) -> list[str]:
    """The folders of the Java runtimes that the package's evidence describes: each is replaced as a whole."""
    paths = (place.path for place in package.evidence) if package.name in JAVA else ()
    return [dirname(path) for path in paths if basename(path) == "release" and dirname(path)]


def _pypi(package: Package, path: str, clients: Mapping[str, str]) -> Place:
    """The place of a Python package: the interpreter that finds it, else the folder that it is installed into, as by
    ``pip install --target``. uv keeps each package that it installed in a folder of its cache, and conda too; pip keeps
    wheels that it built.
    """
    if (cached := _PIP_CACHE.fullmatch(path)) and _is_safe(cached["cache"]):
        return Place("pip cache", f"/{cached['cache']}", "dockerfile")
    cached = _CONDA_CACHE.fullmatch(path)
    if cached and f"conda:/{cached['prefix']}" in clients and _is_safe(cached["prefix"]):
        return Place("conda cache", f"/{cached['prefix']}/pkgs", "dockerfile")
    if (found := _PIP.match(path)) and _is_safe(found["prefix"]):
        environment = f"/{found['prefix']}".rstrip("/")
        if f"conda:{environment}:{_normal(package.name)}" in clients:
            return Place("conda", environment, "dockerfile")
        # Debian's own interpreters install below usr/local, and are not there.
        prefix = found["prefix"].removesuffix("local/") if found["site"] == "dist" else found["prefix"]
        return Place("pip", f"/{prefix}bin/{found['python']}", "dockerfile")
    found = _TARGET.fullmatch(path)
    if found is None or not _is_safe(found["folder"]):
        return Place("uv" if basename(path) == "uv.lock" else "pip", path)
    if cached := _UV_CACHE.fullmatch(found["folder"]):
        return Place("uv cache", f"/{cached['archive']}", "dockerfile")
    return Place("pip --target", f"/{found['folder']}", "dockerfile")


def _npm(package: Package, path: str, clients: Mapping[str, str]) -> Place:
    """The place of an npm package. At the top of a project's node_modules, a package is a dependency; below another
    package, only overrides can change it. pnpm and Bun store all packages below one folder, and link to them.
    """
    if (found := _PLUG_N_PLAY.fullmatch(path)) and _is_safe(found["root"]):
        # Their paths do not tell whether the project itself depends on the package; resolutions apply to both kinds.
        return Place("yarn resolutions", f"/{found['root']}".rstrip("/") or "/", "dockerfile")
    root, modules, inner = f"/{path}".partition("/node_modules/")
    if not modules or package.presence == "declared" or not _is_safe(root):
        return Place("npm", path)
    nested = "/node_modules/" in f"/{inner}"
    if root.endswith("/lib"):  # installed globally
        top = inner.partition("/node_modules/")[0]
        return Place(obstacle=Obstacle("bundled", top)) if nested else Place("npm -g", root, "dockerfile")
    folder = root = root or "/"
    while folder not in clients and folder != "/":
        folder = dirname(folder)
    client = clients.get(folder, _STORES.get(inner.partition("/")[0], "npm"))
    if not nested:
        return Place(client, root, "dockerfile")
    # In a workspace, only the folder with the lock file has overrides.
    return Place(_OVERRIDE[client], folder if folder in clients else root, "dockerfile")


def _with_locks(places: list[Place]) -> list[Place]:
    """The places, with lock files joined to an installation in the same project that rewrites them."""
    projects = {place.place: place for place in places if place.where == "dockerfile" and place.manager in IN_PROJECTS}

    def written_by(lock: Place) -> Place:
        folder, _, name = lock.place.rpartition("/")
        found = projects.get(f"/{folder}", lock)
        client = OVERRIDES.get(found.manager, found.manager)
        return found if _LOCKS[name] == client or (client, name) == _ALSO_WRITES else lock

    return [written_by(place) if place.manager == "npm" and basename(place.place) in _LOCKS else place for place in places]


def _normal(name: str) -> str:
    """A name of PyPI, as PEP 503 normalises it."""
    return _RUNS.sub("-", name).lower()


def _is_file(path: str, file: str) -> bool:
    return f"/{path}".endswith(f"/{file}")


def _folder(path: str, file: str) -> str:
    return path.removesuffix(file).rstrip("/") or "/"


def _is_safe(text: str) -> bool:
    return not text or (SAFE.fullmatch(text) is not None and ".." not in text.split("/"))
