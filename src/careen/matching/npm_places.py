"""Where a package of npm's registry is, and what installs another version of it there.

A project's manifest tells its own dependencies from those that they bring: the former are installed anew in the folder of
each manifest that asks for them, the latter only an override changes. Without a manifest no command is safe: npm would
remove whatever no manifest asks for. What only development needs is installed only if the image has it.
**Source:** npm, "folders", "package.json" (``workspaces``, ``overrides``) and ``npm install``; Yarn, "Selective dependency
resolutions"; pnpm, "Symlinked node_modules structure" and ``overrides``.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from fnmatch import fnmatchcase
from posixpath import basename, dirname
from typing import NamedTuple

from careen.model.package import Package
from careen.model.projects import Project
from careen.safety.pattern import pattern
from careen.versions.npm import satisfies

from .place import Obstacle, Place, is_safe

# Clients of npm's registry by their lock files. If a project has several, the first counts.
LOCKS = {
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
}
_STORES = {".pnpm": "pnpm", ".bun": "bun"}  # the folder of node_modules that has all packages of a project
_ALSO_WRITES = ("npm", "yarn.lock")  # npm updates an existing lock file of Yarn; no other client updates a foreign one
OF_WORKSPACE = "pnpm-workspace.yaml"  # where later versions of pnpm have them
# The client's setting that replaces dependencies of other packages.
OVERRIDES = {
    "npm overrides": "npm",
    "pnpm overrides": "pnpm",
    "yarn resolutions": "yarn",
    "bun overrides": "bun",
    OF_WORKSPACE: "pnpm",
}
IN_PROJECTS = frozenset((*OVERRIDES, *OVERRIDES.values()))  # managers in the node_modules of a project
_OVERRIDE = {"npm": "npm overrides", "pnpm": "pnpm overrides", "yarn": "yarn resolutions", "bun": "bun overrides"}
BY_VERSION = ("npm", "pnpm")  # their overrides can name the version that they replace
# Archives and unpacked packages of a project that Yarn runs without node_modules.
_PLUG_N_PLAY = pattern(r"(?P<root>(?:.*?/)?)\.yarn/(?:cache/[^/]+\.zip|unplugged/.+)")
_PNPM_WITHOUT_FIELD = pattern(r"pnpm@(?:1[1-9]|[2-9]\d)\b.*")  # it reads no overrides from package.json
_WITHIN = "/node_modules/"


class Projects:
    """The projects of an image: by the lock files and modules of its packages, and by their manifests."""

    def __init__(self, packages: Iterable[Package], projects: Iterable[Project] = ()) -> None:
        packages = tuple(packages)
        self._there = {f"/{place.path}" for package in packages if package.type == "npm" for place in package.evidence}
        by_lock = ((dirname(path), name) for name in reversed(LOCKS) for path in self._there if basename(path) == name)
        self._clients = {folder: LOCKS[name] for folder, name in by_lock}
        self._stored = {
            (path.partition(_WITHIN)[0] or "/", basename(dirname(path))) for path in self._there if "/.pnpm/" in path
        }
        # A folder becomes part of a command: one that would need quoting in a shell has no project.
        self._manifests = {f"/{project.folder}": project for project in projects if is_safe(project.folder)}
        self._asking: dict[str, dict[str, list[_Wish]]] = {}  # by the root of the workspace, and by name
        for folder, manifest in self._manifests.items():
            root = self._root(folder)
            if folder == root or self._is_member(folder, root):
                asking = self._asking.setdefault(root, defaultdict(list))
                for name, wanted in manifest.dependencies:
                    asking[name].append(_Wish(folder, wanted))

        self._versions: dict[tuple[str, str], set[str]] = defaultdict(set)
        for package in packages:
            for place in package.evidence if package.type == "npm" else ():
                folder, modules, _ = f"/{place.path}".partition(_WITHIN)
                if modules and package.version:
                    self._versions[self._root(folder or "/"), package.name].add(package.version)

    def versions(self, root: str, name: str) -> Collection[str]:
        """The versions of all copies of a package in a project."""
        return self._versions.get((root, name), ())

    def asks(self, root: str, name: str) -> bool:
        """Whether the manifest in this folder itself asks for a package."""
        return any(wish.folder == root for wish in self._asking.get(root, {}).get(name, ()))

    def place(self, package: Package, path: str) -> Place:
        if (found := _PLUG_N_PLAY.fullmatch(path)) and is_safe(found["root"]):
            # Their paths do not tell whether the project itself depends on the package; resolutions apply to both kinds.
            return Place("yarn resolutions", f"/{found['root']}".rstrip("/") or "/", "dockerfile")
        folder, modules, inner = f"/{path}".partition(_WITHIN)
        if not modules and basename(path) in LOCKS:
            return self._locked(package, path)
        if not modules or package.presence == "declared" or not is_safe(folder):
            return Place("npm", path)
        if folder.endswith("/lib"):  # installed globally
            top, nested, _ = inner.partition(_WITHIN)
            return Place(obstacle=Obstacle("bundled", top)) if nested else Place("npm -g", folder, "dockerfile")
        folder = folder or "/"
        return self._installed(package, f"/{path}", folder, inner)

    def _installed(self, package: Package, path: str, folder: str, inner: str) -> Place:
        root = self._root(folder)
        client = self._clients.get(root, _STORES.get(inner.partition("/")[0], "npm"))
        if root not in self._asking or basename(dirname(path)) != basename(package.name):  # installed under another name
            return Place(client, f"{folder}{_WITHIN}".strip("/"))
        wishes = self._asking[root].get(package.name, ())
        if inner.partition("/")[0] in _STORES:
            users = [wish.folder for wish in wishes if _admits(wish.wanted, package.version)]
        else:
            users = [wish.folder for wish in wishes if self._loaded(wish.folder, root, package.name) == path]
        if users:
            first, *others = users
            production, project = self._is_production(first, root), root if root != first else ""
            return Place(client, first, "dockerfile", also=tuple(others), production=production, project=project)
        return self._override(client, root)

    def _override(self, client: str, root: str) -> Place:
        if self._is_in_workspace_file(client, root):
            return Place(OF_WORKSPACE, root)
        return Place(_OVERRIDE[client], root, "dockerfile", production=self._is_production(root, root))

    def _is_in_workspace_file(self, client: str, root: str) -> bool:
        manifest = self._manifests.get(root)
        return client == "pnpm" and manifest is not None and _PNPM_WITHOUT_FIELD.fullmatch(manifest.manager) is not None

    def _locked(self, package: Package, path: str) -> Place:
        """The place of a package that a lock file lists: the project's own dependency, or one that others bring."""
        root, client = dirname(f"/{path}"), LOCKS[basename(path)]
        if root not in self._asking:
            return Place(client, path)
        is_own = any(_admits(wish.wanted, package.version) for wish in self._asking[root].get(package.name, ()))
        if not is_own and self._is_in_workspace_file(client, root):
            return Place(OF_WORKSPACE, root)
        return Place(client if is_own else _OVERRIDE[client], path, project=root)

    def _root(self, folder: str) -> str:
        """The folder of the lock file that covers this one; in a workspace only that one has overrides."""
        found = next((above for above in _upwards(folder) if above in self._clients), None)
        return found or next((above for above in _upwards(folder) if self._is_member(folder, above)), folder)

    def _is_member(self, folder: str, root: str) -> bool:
        manifest, above = self._manifests.get(root), f"{root.rstrip('/')}/"
        if manifest is None or folder == root or not folder.startswith(above):
            return False
        return any(_covers(text, folder.removeprefix(above)) for text in manifest.workspaces)

    def _loaded(self, member: str, root: str, name: str) -> str:
        """The copy that Node.js loads for a member; "" if there is none."""
        folders = (above for above in _upwards(member) if f"{above}/".startswith(f"{root.rstrip('/')}/"))
        copies = (f"{folder.rstrip('/')}{_WITHIN}{name}/package.json" for folder in folders)
        return next((copy for copy in copies if copy in self._there), "")

    def _is_production(self, member: str, root: str) -> bool:
        """Whether the image has none of what only development needs."""
        names = self._manifests[member].development if member in self._manifests else ()
        return bool(names) and not any(
            self._loaded(member, root, name) or (root, basename(name)) in self._stored for name in names
        )


class _Wish(NamedTuple):
    """A manifest in ``folder`` asks for a package in the range ``wanted``."""

    folder: str
    wanted: str


def with_locks(places: list[Place]) -> list[Place]:
    """The places, with lock files joined to an installation in the same project that rewrites them."""
    installed = (place for place in places if place.where == "dockerfile" and place.manager in IN_PROJECTS)
    projects = {place.project or place.place: place for place in installed}

    def written_by(lock: Place) -> Place:
        folder, _, name = lock.place.rpartition("/")
        found = projects.get(f"/{folder}", lock)
        client = OVERRIDES.get(found.manager, found.manager)
        return found if LOCKS[name] == client or (client, name) == _ALSO_WRITES else lock

    return [written_by(place) if place.manager in IN_PROJECTS and basename(place.place) in LOCKS else place for place in places]


def line_of(version: str) -> str:
    """The release line of a version, in which a range such as ``^1.2.3`` stays: "1", "0.2"."""
    parts = version.partition("+")[0].split(".")
    fixed = next((count for count, part in enumerate(parts[:3], 1) if part != "0"), 3)
    return ".".join(parts[:fixed])


def _upwards(folder: str) -> Iterator[str]:
    yield folder
    while folder != "/":
        folder = dirname(folder)
        yield folder


def _covers(text: str, folder: str) -> bool:
    """Whether a pattern of members covers a folder: ``packages/*``, ``apps/**``, ``./web``."""
    wanted, parts = [part for part in text.split("/") if part not in ("", ".")], folder.split("/")
    if wanted[-1:] == ["**"]:
        return len(parts) >= len(wanted) > 0 and all(map(fnmatchcase, parts, wanted[:-1]))
    return len(wanted) == len(parts) and all(map(fnmatchcase, parts, wanted))


def _admits(wanted: str, version: str) -> bool:
    try:
        return satisfies(version, wanted.removeprefix("workspace:") or "*")
    except ValueError:  # an address, a tag, a catalogue's entry: none of them is a range
        return True
