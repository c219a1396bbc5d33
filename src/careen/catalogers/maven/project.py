"""The dependencies of a Maven project file, as written and as resolved with its parents and imported lists of versions.

``read_project`` gives the file's own texts, placeholders included; ``resolve`` applies the properties and managed versions
of the chain of parents, the child's before the parent's. A version is "" if it stays unknown or is a range.
Raises: ValueError as ``pom.elements`` does.  **Source:** Maven, POM reference; Introduction to the Dependency Mechanism.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from careen.formats.packages.pom import elements, resolved
from careen.safety.pattern import pattern

MAX_DEPENDENCIES = 5_000

_FIELDS = "groupId|artifactId|version|scope|type"
_KEPT = pattern(
    "project/(?:groupId|artifactId|version)|project/parent/(?:groupId|artifactId|version|relativePath)"
    f"|project/properties/[^/]+|project/(?:dependencyManagement/)?dependencies/dependency(?:/(?:{_FIELDS}))?"
)
_EXACTLY = pattern(r"\[\s*([^\[\](),\s]+)\s*\]")


class Dependency(Struct, frozen=True, gc=False):
    group: str
    artifact: str
    version: str = ""
    scope: str = ""
    type: str = ""


class Project(Struct, frozen=True):
    """A project file, as written. ``group`` and ``version`` are "" if they are the parent's; ``place`` is the path of
    the parent that it names."""

    group: str
    artifact: str
    version: str
    parent: Dependency | None = None
    place: str = "../pom.xml"
    properties: dict[str, str] = {}
    dependencies: tuple[Dependency, ...] = ()
    managed: tuple[Dependency, ...] = ()


class Resolved(Struct, frozen=True):
    group: str
    artifact: str
    version: str
    dependencies: tuple[Dependency, ...]
    managed: tuple[Dependency, ...]


def read_project(data: bytes) -> Project:
    own: dict[str, str] = {}
    properties: dict[str, str] = {}
    lists: dict[str, list[Dependency]] = {"dependencies": [], "dependencyManagement": []}
    fields: dict[str, str] = {}
    for place, text in elements(data, _KEPT):
        _, _, rest = place.partition("/")
        section, _, tail = rest.partition("/")
        if section in lists:
            if tail.endswith("dependency"):
                if len(lists[section]) >= MAX_DEPENDENCIES:
                    raise ValueError(f"pom: more than {MAX_DEPENDENCIES} dependencies")
                lists[section].append(_dependency(fields))
                fields = {}
            else:
                fields[tail.rpartition("/")[2]] = text
        elif section == "properties":
            properties[tail] = text
        else:
            own.setdefault(rest, text)
    parent = _dependency({name: own.get(f"parent/{name}", "") for name in ("groupId", "artifactId", "version")})
    return Project(
        own.get("groupId", ""),
        own.get("artifactId", ""),
        own.get("version", ""),
        parent if parent.artifact else None,
        own.get("parent/relativePath", "../pom.xml"),
        properties,
        tuple(lists["dependencies"]),
        tuple(lists["dependencyManagement"]),
    )


def resolve(chain: Sequence[Project], imported: Iterable[Dependency] = ()) -> Resolved:
    """The coordinates and dependencies of a project, with all placeholders filled in. ``chain`` is the project, its
    parent, and so on, as far as known; ``imported`` are the versions of imported lists."""
    known = _properties(chain)
    group, artifact, version = (known.get(f"project.{name}", "") for name in ("groupId", "artifactId", "version"))
    own = [_filled(dependency, known) for project in chain for dependency in project.managed]
    managed: dict[tuple[str, str, str], Dependency] = {}
    for dependency in (*own, *imported):
        managed.setdefault((dependency.group, dependency.artifact, dependency.type), dependency)
    dependencies: dict[tuple[str, str, str], Dependency] = {}
    for project in chain:
        for wanted in project.dependencies:
            dependency = _managed(_filled(wanted, known), managed)
            dependencies.setdefault((dependency.group, dependency.artifact, dependency.type), dependency)
    return Resolved(group, artifact, version, tuple(dependencies.values()), tuple(managed.values()))


def parent_of(project: Project) -> Dependency | None:
    """The parent's coordinates, with the project's own properties filled in."""
    return _filled(project.parent, project.properties) if project.parent else None


def _dependency(fields: Mapping[str, str]) -> Dependency:
    kind = fields.get("type", "")
    return Dependency(
        fields.get("groupId", ""),
        fields.get("artifactId", ""),
        fields.get("version", ""),
        fields.get("scope", ""),
        "" if kind == "jar" else kind,
    )


def _properties(chain: Sequence[Project]) -> dict[str, str]:
    """The properties of a chain of projects: the child's override the parent's, and Maven's built-in ones override
    both."""
    known: dict[str, str] = {}
    for project in reversed(chain):
        known |= project.properties
    child = chain[0]
    parent = child.parent or Dependency("", "")
    for name, value in _builtin(child, parent, chain, known):
        known[f"project.{name}"] = known[f"pom.{name}"] = value
    return known


def _builtin(
    child: Project, parent: Dependency, chain: Sequence[Project], known: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    groups = [text for project in chain for text in (project.group, project.parent.group if project.parent else "") if text]
    versions = [
        text for project in chain for text in (project.version, project.parent.version if project.parent else "") if text
    ]
    yield "groupId", resolved(groups[0] if groups else "", known)
    yield "artifactId", resolved(child.artifact, known)
    yield "version", resolved(versions[0] if versions else "", known)
    yield "parent.groupId", resolved(parent.group, known)
    yield "parent.version", resolved(parent.version, known)


def _filled(dependency: Dependency, known: Mapping[str, str]) -> Dependency:
    version = resolved(dependency.version, known)
    exactly = _EXACTLY.fullmatch(version)
    if exactly:
        version = exactly[1]
    elif version[:1] in ("[", "("):
        version = ""  # any of several
    return Dependency(
        resolved(dependency.group, known),
        resolved(dependency.artifact, known),
        version,
        resolved(dependency.scope, known),
        resolved(dependency.type, known),
    )


def _managed(dependency: Dependency, managed: Mapping[tuple[str, str, str], Dependency]) -> Dependency:
    rule = managed.get((dependency.group, dependency.artifact, dependency.type))
    if rule is None:
        return dependency
    return Dependency(
        dependency.group,
        dependency.artifact,
        dependency.version or rule.version,
        dependency.scope or rule.scope,
        dependency.type,
    )
