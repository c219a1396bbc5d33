"""Maven projects: ``pom.xml`` of source trees, with the parents and lists of versions in the same tree.

Facts are ``Project``s; the join resolves them. It lists the project and its dependencies for compiling and running: not
those of its tests or its container only, and not the dependencies of dependencies. A parent is the file that
``relativePath`` names, if its coordinates match, else any project of these coordinates in the tree.
Raises: ValueError if a file is not a project file.  **Source:** Maven, POM reference.
"""

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from careen.formats.packages.declared import declared, within_package
from careen.model.delta import Fact
from careen.model.package import Evidence, Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

from .project import Dependency, Project, Resolved, parent_of, read_project, resolve

MAX_PARENTS = 16
MAX_IMPORTS = 16
MAX_LISTS = 100
SCOPES = ("", "compile", "runtime")


def read(file: File) -> list[Project]:
    if "META-INF/maven/" in file.path or within_package(file.path):
        return []  # of an unpacked archive: describes how it was built
    return [read_project(file.data)]


def join(facts: Sequence[Fact]) -> Iterator[Package]:
    tree = Tree(facts)
    for fact in facts:
        found = tree.resolved(fact.path)
        own = Dependency(found.group, found.artifact, found.version)
        wanted = [item for item in (own, *found.dependencies) if item.scope in SCOPES and item.group and item.artifact]
        for package in declared("maven", "maven", ((f"{item.group}:{item.artifact}", item.version) for item in wanted)):
            yield replace(package, evidence=(Evidence(fact.path, fact.layer),))


class Tree:
    """The projects of a tree by place and by coordinates."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self._projects: Mapping[str, Project] = {fact.path: fact.value for fact in facts}
        self._places: dict[tuple[str, str], list[str]] = {}
        self._lists: dict[str, tuple[Dependency, ...]] = {}
        for path, project in self._projects.items():
            group = project.group or (project.parent.group if project.parent else "")
            self._places.setdefault((group, project.artifact), []).append(path)

    def resolved(self, path: str) -> Resolved:
        chain = self._chain(path)
        found = resolve(chain)
        imports = [managed for managed in found.managed if managed.scope == "import"][:MAX_IMPORTS]
        imported = [managed for wanted in imports for managed in self._managed(self._place(wanted))]
        return resolve(chain, imported) if imported else found

    def _managed(self, path: str | None) -> tuple[Dependency, ...]:
        """The managed versions of a project that is imported as a list of versions. They are resolved once; a list
        that imports itself adds nothing."""
        if path is None:
            return ()
        if path not in self._lists:
            self._lists[path] = ()
            self._lists[path] = self.resolved(path).managed if len(self._lists) <= MAX_LISTS else ()
        return self._lists[path]

    def _chain(self, path: str) -> list[Project]:
        seen = {path: self._projects[path]}
        while len(seen) < MAX_PARENTS:
            project = seen[path]
            parent = parent_of(project)
            if parent is None:
                break
            path = self._beside(path, project, parent) or self._place(parent) or ""
            if not path or path in seen:
                break
            seen[path] = self._projects[path]
        return list(seen.values())

    def _beside(self, path: str, project: Project, parent: Dependency) -> str | None:
        place = posixpath.normpath(posixpath.join(posixpath.dirname(path), project.place))
        if not place.endswith(".xml"):
            place = posixpath.join(place, "pom.xml")
        found = self._projects.get(place)
        return place if found and found.artifact == parent.artifact else None

    def _place(self, wanted: Dependency) -> str | None:
        places = self._places.get((wanted.group, wanted.artifact), ())
        return next((place for place in places if self._projects[place].version in ("", wanted.version)), None)


CATALOGER = Cataloger(
    name="maven",
    ecosystem=Ecosystem(purl_type="maven", scheme="maven", namespace="Maven"),
    readers=(Reader(Wants(names=("pom.xml",)), read),),
    fact=Project,
    join=join,
    limits="Dependencies of dependencies, and parents in a repository elsewhere: versions that only these have are unknown.",
)
