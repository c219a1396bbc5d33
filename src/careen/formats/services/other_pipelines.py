"""Pipelines of Azure, CircleCI, Drone, Woodpecker, Bitbucket, CodeBuild, Travis CI, Buildkite and Semaphore -> the containers
that their jobs start, as services with lines.

These formats name their keys alike: an image, perhaps with options, variables and volumes, and lists of commands. So every
mapping of the file is looked at, however its system nests it. An image with a variable or parameter is in ``unresolved``.
Raises: ValueError if the text is not YAML, or larger than the systems take.
**Source:** the reference of the YAML format of each of these systems.
"""

import re
from collections.abc import Iterator
from itertools import islice

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence, as_text

from .compose import Compose
from .compose_service import Service, is_true
from .job_container import MAX_VARIABLES, Known, in_steps, job_container, jobs_of, rows_of

_NAME = re.compile(
    r"(?i)(?:.*/)?(?:\.?azure[-_]?pipelines?[^/]*|\.(?:azure-?pipelines|azuredevops|circleci|woodpecker|buildkite|semaphore)/.+"
    r"|\.?drone|\.woodpecker|bitbucket-pipelines|buildspec[^/]*|\.travis|\.?buildkite[^/]*)\.ya?ml"
)
_SCRIPTS = frozenset(
    (
        *("after-script", "after_failure", "after_script", "after_success", "bash", "before_deploy", "before_install"),
        *("before_script", "command", "commands", "deploy", "install", "run", "script"),
    )
)
_MACHINES = frozenset(("agents", "machine", "pool", "macos"))  # their image is that of a virtual machine
MAX_NODES = 20_000  # mappings and sequences of one document, with those that an alias repeats
_ENVIRONMENTS = ("environment", "env")
_PARAMETER = re.compile(r"<<\s*([\w.-]{1,200})\s*>>|\$\[\s*([\w.-]{1,200})\s*\]|\$\(([\w.-]{1,200})\)")


def is_pipeline(path: str, text: str) -> bool:
    """Whether a file is a pipeline of one of these systems, by its name or its folder."""
    return _NAME.fullmatch(path) is not None


def read(text: str, path: str) -> Compose:
    rows = rows_of(text)
    documents = [document for document in yaml_document.read(text) if isinstance(document, Mapping)]
    return jobs_of(path, (found for document in documents for found in _containers(document, rows, path)))


def _containers(document: Mapping, rows: list[str], path: str) -> Iterator[Service | tuple[str, int]]:
    """Each container, and each reference to elsewhere with its line."""
    host_paths = {volume.text("name"): volume.text("host", "path") for volume in document.maps("volumes")}
    named = {container.text("container") for container in document.maps("resources", "containers")}
    shared = _variables(document)
    count = 0
    for keys, node in yaml_document.walk(document, MAX_NODES):
        count += 1
        if not isinstance(node, Mapping) or any(key in _MACHINES for key in keys):
            continue
        yield from _of_mapping(node, path, host_paths, named)
        yield from _elsewhere(node)
        for key in _SCRIPTS:
            for script, line in _scripts(node, key):
                yield from in_steps(script, rows, line, path, {**shared, **_variables(node)})
    if count >= MAX_NODES:
        yield f"parts after the first {MAX_NODES}", 0


def _of_mapping(node: Mapping, path: str, host_paths: dict[str, str], named: set[str]) -> Iterator[Service]:
    described = node.get("image")
    image = described.text("name") if isinstance(described, Mapping) else as_text(described)
    if image:
        line = described.line_of("name") if isinstance(described, Mapping) else node.line_of("image")
        image = _PARAMETER.sub(_as_variable, image)
        found = job_container("container", image, path, image, line, node.text("options"), node.line_of("options"))
        if is_true(node.get("privileged")):
            yaml_document.put(found.node, "privileged", True, node.line_of("privileged"))
        for key in ("ports", *_ENVIRONMENTS):
            if isinstance(node.get(key), Mapping | Sequence):
                ours = "environment" if key in _ENVIRONMENTS else key
                yaml_document.put(found.node, ours, node[key], node.line_of(key))
        for volume, at in _volumes(node, host_paths):
            yaml_document.add(found.node, "volumes", volume, at)
        yield found
    container = node.get("container")
    if isinstance(container, str) and container and container not in named and not _PARAMETER.search(container):
        yield job_container("container", container, path, container, node.line_of("container"))


def _elsewhere(node: Mapping) -> Iterator[tuple[str, int]]:
    template = node.get("template")
    if isinstance(template, str) and "@" in template and not template.endswith("@self"):
        yield f"template {template}", node.line_of("template")
    for orb in node.map("orbs"):
        if name := node.text("orbs", orb):
            yield f"orb {name}", node.line_of("orbs", orb)


def _volumes(node: Mapping, host_paths: dict[str, str]) -> Iterator[tuple[str, int]]:
    """The volumes of a step: texts as engines take them, or names of the host's folders."""
    listed = node.seq("volumes")
    for volume, line in zip(listed, listed.lines, strict=True):
        if isinstance(volume, Mapping):
            source = host_paths.get(volume.text("name"), "")
            if source and volume.text("path"):
                yield f"{source}:{volume.text('path')}", line
        elif ":" in as_text(volume):
            yield as_text(volume), line


def _scripts(node: Mapping, key: str) -> Iterator[tuple[str, int]]:
    value = node.get(key)
    if isinstance(value, str):
        yield value, node.line_of(key)
    elif isinstance(value, Sequence):
        yield from ((item, line) for item, line in zip(value, value.lines, strict=True) if isinstance(item, str))


def _variables(node: Mapping) -> Known:
    found: dict[str, str] = {}
    for key in ("variables", *_ENVIRONMENTS):
        values = node.get(key)
        if isinstance(values, Mapping):
            found |= {name: values.text(name)[:4096] for name in islice(values, MAX_VARIABLES)}
    return found


def _as_variable(match: re.Match[str]) -> str:
    return "$" + re.sub(r"\W", "_", next(filter(None, match.groups())))
