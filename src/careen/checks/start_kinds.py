"""Kinds of files that start containers, besides Compose files: the checks of Compose run on all of them.

Shell scripts, Makefiles and systemd units with ``docker run`` or the like, Podman Quadlets, dev containers, and commands
from the command line (``--run``).
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from careen.formats.services import devcontainer, quadlet, shell_starts, unit_starts
from careen.formats.services.compose import Compose, of_containers
from careen.formats.services.compose_service import Service
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import Check

from .comments import comments_in_lines
from .kind import Document, Kind, Read, Rules, SourceFile, not_assessed, unread

COMMAND_LINE = "--run"  # the path of commands from the command line
_SCRIPTS = (".sh", ".bash", ".zsh", ".ksh")
_SHEBANG = re.compile(r"#!\s*\S*?\b(?:env\s+(?:-S\s+)?)?(?:ba|da|z|k|a)?sh\b")
_MAKEFILES = frozenset(("Makefile", "makefile", "GNUmakefile"))
_UNIT = re.compile(r"(?m)^[^\S\n]*+\[(?:Container|Pod|Volume|Network|Kube|Build|Image)\]")


def may_start_containers(name: str) -> bool:
    """Whether a file of this name is worth reading."""
    return name.endswith((*_SCRIPTS, ".mk", ".service", *quadlet.SUFFIXES)) or name in _MAKEFILES


def _is_script(path: str, text: str) -> bool:
    name = posixpath.basename(path)
    if name.startswith(COMMAND_LINE):
        return True
    return (name.endswith(_SCRIPTS) or _SHEBANG.match(text) is not None) and shell_starts.starts_containers(text)


def _is_makefile(path: str, text: str) -> bool:
    name = posixpath.basename(path)
    return (name in _MAKEFILES or name.endswith(".mk")) and shell_starts.starts_containers(text)


def _is_document(path: str, text: str) -> bool:
    return path.lower().endswith((".md", ".markdown")) and shell_starts.starts_containers(text)


def _is_unit(path: str, text: str) -> bool:
    return path.endswith(".service") and shell_starts.starts_containers(text)


def _is_quadlet(path: str, text: str) -> bool:
    return path.endswith(quadlet.SUFFIXES) and _UNIT.search(text) is not None


def _is_devcontainer(path: str, text: str) -> bool:
    return devcontainer.is_devcontainer(path)


def _each(what: str, containers: Callable[[str, str], Iterable[Service]]) -> Read:
    """A reader that makes one document of each file; a file without containers has none."""

    def read(files: Sequence[SourceFile], checks: Sequence[Check], rules: Rules) -> Iterator[Document | Unknown]:
        for file in files:
            try:
                found = list(containers(file.text, file.path))
            except ValueError as error:
                yield unread(what, file, error)
                continue
            if found:
                value = of_containers(file.path, found)
                value.registries = rules.registries
                yield Document(file.path, value, comments_in_lines(file.text, file.path))
                if len(found) >= shell_starts.MAX_CONTAINERS:
                    more = f"only its first {shell_starts.MAX_CONTAINERS} containers are checked"
                    yield Unknown(what, Evidence(file.path, 0), more)
            elif file.path.startswith(COMMAND_LINE):
                why = "not a command that starts a container, such as docker run or podman run"
                yield Unknown(what, Evidence(file.path, 0), why)

    return read


def read_each(what: str, read_services: Callable[[str, str], Compose]) -> Read:
    """A reader that makes one document of each file, and lists what is elsewhere; a file without containers has no document."""
    return read_choices(what, lambda text, path: [read_services(text, path)])


def read_choices(what: str, read_services: Callable[[str, str], Sequence[Compose]]) -> Read:
    """The same for files that describe other containers for other values: a document for each of them."""

    def read(files: Sequence[SourceFile], checks: Sequence[Check], rules: Rules) -> Iterator[Document | Unknown]:
        for file in files:
            try:
                values = read_services(file.text, file.path)
            except ValueError as error:
                yield unread(what, file, error)
                continue
            for value in values:
                value.registries = rules.registries
                if value.services:
                    comments = comments_in_lines(file.text, file.path)
                    yield Document(file.path, value, comments, again=value is not values[0])
            yield from not_assessed(what, file, dict.fromkeys(found for value in values for found in value.unresolved))

    return read


def _quadlets(files: Sequence[SourceFile], checks: Sequence[Check], rules: Rules) -> Iterator[Document | Unknown]:
    """One document for the units of each folder, since they refer to each other."""
    by_folder: dict[str, list[SourceFile]] = {}
    for file in files:
        by_folder.setdefault(posixpath.dirname(file.path), []).append(file)
    for members in by_folder.values():
        readable = []
        for file in members:
            try:
                played = quadlet.manifests(file.text)
            except ValueError as error:
                yield unread("quadlet", file, error)
                continue
            readable.append(file)
            for name, line in played:
                if posixpath.normpath(posixpath.join(posixpath.dirname(file.path), name)) not in rules.texts:
                    why = f"line {line} plays {name}, which is not among the checked files"
                    yield Unknown("quadlet", Evidence(file.path, 0), why)
        if readable:
            value = quadlet.read_units([(file.path, file.text) for file in readable])
            value.registries = rules.registries
            yield Document(
                readable[0].path,
                value,
                tuple(ignore for file in readable for ignore in comments_in_lines(file.text, file.path)),
            )
            for reference in value.unresolved:
                yield Unknown("quadlet", Evidence(reference.path, 0), f"not among the checked files: {reference.what}")


def _devcontainers(files: Sequence[SourceFile], checks: Sequence[Check], rules: Rules) -> Iterator[Document | Unknown]:
    for file in files:
        try:
            value: Compose = devcontainer.read(file.text, file.path)
        except ValueError as error:
            yield unread("devcontainer", file, error)
            continue
        value.registries = rules.registries
        yield Document(file.path, value, comments_in_lines(file.text.replace("//", "#"), file.path))


def _kind(name: str, title: str, accepts: Callable[[str, str], bool], read: Read) -> Kind:
    return Kind(name, title, accepts, read, COMPOSE_CHECKS)


COMPOSE_CHECKS = (("compose", "CMP"),)
START_KINDS = (
    _kind("script", "Shell scripts that start containers", _is_script, _each("script", shell_starts.in_script)),
    _kind("makefile", "Makefiles that start containers", _is_makefile, _each("makefile", shell_starts.in_makefile)),
    _kind(
        "document",
        "Markdown files that start containers",
        _is_document,
        _each("document", shell_starts.in_markdown),
    ),
    _kind("unit", "systemd units that start containers", _is_unit, _each("unit", unit_starts.containers)),
    _kind("quadlet", "Podman Quadlets", _is_quadlet, _quadlets),
    _kind("devcontainer", "Dev containers", _is_devcontainer, _devcontainers),
)
