"""Projects of npm's registry, by the ``package.json`` of each, and the members of pnpm's workspaces.

A manifest within an installed package or a cache describes no project of the image. Peer dependencies are left out: another
manifest installs them.
Raises: ValueError if a list of members is not YAML.
**Source:** npm, package.json; Yarn, workspaces; pnpm, pnpm-workspace.yaml.
"""

from collections.abc import Iterator, Sequence
from posixpath import dirname

from msgspec.structs import replace

from careen.formats.data.plain import json_object, mapping, sequence, text
from careen.formats.data.yaml_file import yaml_documents
from careen.formats.packages.declared import within_package
from careen.model.delta import Fact
from careen.model.projects import Project
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

NAME = "projects"
MAX_DEPENDENCIES, MAX_WORKSPACES, MAX_LETTERS = 5_000, 200, 214  # of one manifest; of a name or range
MAX_PROJECTS = 20_000
_KINDS = ("dependencies", "optionalDependencies", "devDependencies")


def read_manifest(file: File) -> Iterator[Project]:
    if within_package(file.path):
        return
    try:
        manifest = json_object(file.data)
    except ValueError:  # the cataloger of npm reports it
        return
    kinds = {kind: _pairs(manifest.get(kind)) for kind in _KINDS}
    lasting = {**kinds["dependencies"], **kinds["optionalDependencies"]}
    development = tuple(name for name in kinds["devDependencies"] if name not in lasting)
    members = manifest.get("workspaces")
    members = _patterns(mapping(members).get("packages") if isinstance(members, dict) else members)
    dependencies = tuple({**kinds["devDependencies"], **lasting}.items())
    if dependencies or members:
        manager = text(manifest.get("packageManager"))[:MAX_LETTERS]
        yield Project("", dependencies, development, members, manager)


def read_members(file: File) -> Iterator[Project]:
    if within_package(file.path):
        return
    for document in yaml_documents(file.data):
        if members := _patterns(mapping(document).get("packages")):
            yield Project(workspaces=members)


def join(facts: Sequence[Fact]) -> Iterator[Project]:
    found: dict[str, Project] = {}
    for fact in facts:
        folder, project = dirname(fact.path), fact.value
        known = found.get(folder)
        if known is None and len(found) == MAX_PROJECTS:
            break
        manifest = known if known and known.dependencies else project
        members = (*(known.workspaces if known else ()), *project.workspaces)
        found[folder] = replace(manifest, folder=folder, workspaces=members)
    yield from found.values()


def _pairs(value: object) -> dict[str, str]:
    pairs = ((name, text(wanted)) for name, wanted in list(mapping(value).items())[:MAX_DEPENDENCIES])
    return {name: wanted[:MAX_LETTERS] for name, wanted in pairs if len(name) <= MAX_LETTERS}


def _patterns(value: object) -> tuple[str, ...]:
    return tuple(text(pattern)[:MAX_LETTERS] for pattern in sequence(value)[:MAX_WORKSPACES] if text(pattern))


CATALOGER = Cataloger(
    name=NAME,
    ecosystem=Ecosystem(purl_type="", scheme=""),
    readers=(
        Reader(Wants(names=("package.json",)), read_manifest),
        Reader(Wants(names=("pnpm-workspace.yaml",)), read_members),
    ),
    fact=Project,
    role="projects",
    join=join,
    limits="It finds no packages: `careen fix` asks whether a project itself depends on one.",
)
