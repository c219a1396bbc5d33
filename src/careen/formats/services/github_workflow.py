"""Workflows of GitHub Actions, and actions -> the containers that their jobs start, as services with lines.

Read are the container and the services of each job, steps that use an image (``docker://``), the image of a container action,
and what ``run`` starts with ``docker run`` and the like. ``${{ matrix.x }}`` stands for each of its literal values,
``${{ inputs.x }}`` for its default; an image with another expression is in ``unresolved``, and so are workflows of other
repositories. Gitea and Forgejo have the same format.
Raises: ValueError if the text is not YAML, or larger than the system takes.
**Source:** docs.github.com, "Workflow syntax for GitHub Actions", "Metadata syntax for GitHub Actions".
"""

import posixpath
import re
from collections import ChainMap
from collections.abc import Iterator
from itertools import islice
from typing import Any

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence, as_text

from .compose import Compose
from .compose_service import Service
from .job_container import MAX_VARIABLES, Known, credentials, fill, in_steps, job_container, jobs_of, rows_of

_FOLDER = re.compile(r"(?:^|/)\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml")
_ACTION = ("action.yml", "action.yaml")
_PERHAPS = re.compile(r"(?m)^jobs[^\S\n]*+:")
_EXPRESSION = re.compile(r"\$\{\{([^{}]{0,2000})\}\}")
_SHELLS = ("", "bash", "sh")


def is_workflow(path: str, text: str) -> bool:
    """Whether a file is a workflow, by its folder or its content, or describes an action."""
    if not path.lower().endswith((".yml", ".yaml")):
        return False
    if _FOLDER.search(path):
        return True
    is_action = posixpath.basename(path) in _ACTION and re.search(r"(?m)^runs[^\S\n]*+:", text) is not None
    return is_action or (_PERHAPS.search(text) is not None and re.search(r"(?m)^[^\S\n]++runs-on[^\S\n]*+:", text) is not None)


def read(text: str, path: str) -> Compose:
    rows = [_compact(row) for row in rows_of(text)]
    return jobs_of(path, (found for document in yaml_document.read(text) for found in _containers(document, rows, path)))


def _containers(document: Any, rows: list[str], path: str) -> Iterator[Service | tuple[str, int]]:
    """Each container, and each reference to elsewhere with its line."""
    if not isinstance(document, Mapping):
        return
    inputs = _inputs(document)
    shared = _texts(document.map("env"))
    action = document.map("runs")
    if image := action.text("image"):
        if image.startswith("docker://"):
            yield job_container(
                "action", document.text("name") or "without a name", path, _plain(image), action.line_of("image")
            )
    else:
        yield from _steps(action, "action", rows, path, {}, inputs)
    for name, job in document.map("jobs").items():
        if not isinstance(job, Mapping):
            continue
        values = {**inputs, **_matrix(job)}
        yield from _of_job(job, "container", name, "job", path, values)
        for service in job.map("services"):
            yield from _of_job(job.map("services"), service, f"{service} of job {name}", "service", path, values)
        yield from _steps(job, f"job {name}", rows, path, _environment(job, shared), values)
        workflow = job.text("uses")
        if workflow and not workflow.startswith("./"):
            yield f"workflow {workflow}", job.line_of("uses")


def _of_job(
    parent: Mapping, key: str, name: str, noun: str, path: str, values: dict[str, list[str]]
) -> Iterator[Service | tuple[str, int]]:
    """The containers of a key, one for each image that a matrix gives it."""
    described = parent.get(key)
    node = described if isinstance(described, Mapping) else Mapping(parent.line_of(key))
    written = node.text("image") or as_text(described)
    line = parent.line_of(key, "image")
    for image in fill(_compact(written), values):
        if image:
            found = job_container(
                noun, name, path, _plain(image), line, _compact(node.text("options")), node.line_of("options")
            )
            for ours, theirs in (("volumes", "volumes"), ("ports", "ports"), ("environment", "env")):
                if theirs in node:
                    yaml_document.put(found.node, ours, node[theirs], node.lines[theirs])
            credentials(found, node)
            yield found


def _steps(
    job: Mapping, where: str, rows: list[str], path: str, known: Known, values: dict[str, list[str]]
) -> Iterator[Service | tuple[str, int]]:
    for step in job.maps("steps"):
        uses = _compact(step.text("uses"))
        if uses.startswith("docker://"):
            for image in fill(uses, values):
                yield job_container("step", f"of {where}", path, _plain(image), step.line_of("uses"))
        if (script := step.text("run")) and step.text("shell").partition(" ")[0] in _SHELLS:
            yield from in_steps(_compact(script), rows, step.line_of("run"), path, ChainMap(_texts(step.map("env")), known))


def _environment(job: Mapping, shared: dict[str, str]) -> Known:
    return ChainMap(_texts(job.map("env")), shared)


def _texts(values: Mapping) -> dict[str, str]:
    return {name: text for name in islice(values, MAX_VARIABLES) if "${{" not in (text := values.text(name))}


def _matrix(job: Mapping) -> dict[str, list[str]]:
    """The literal values of each key of the matrix, in the form of an expression; a key of a mapping is ``a.b``."""
    matrix = job.map("strategy", "matrix")
    found: dict[str, list[str]] = {}
    for key, value in matrix.items():
        items = value if isinstance(value, Sequence) else ()
        for item in items:
            # Each entry of include has keys of the matrix; a value may be a mapping.
            pairs = item.items() if isinstance(item, Mapping) else ((None, item),)
            for name, entry in pairs:
                whole = key if name is None else name if key == "include" else f"{key}.{name}"
                if isinstance(entry, str | int | float):
                    found.setdefault(f"${{{{matrix.{whole}}}}}", []).append(as_text(entry))
    return found


def _inputs(document: Mapping) -> dict[str, list[str]]:
    triggers = document.get("on", document.get("true"))  # YAML 1.1 reads on: as a boolean
    found: dict[str, list[str]] = {}
    declared = [document.map("inputs")]
    if isinstance(triggers, Mapping):
        declared += [triggers.map("workflow_call", "inputs"), triggers.map("workflow_dispatch", "inputs")]
    for inputs in declared:
        for name in islice(inputs, MAX_VARIABLES):
            if default := inputs.map(name).text("default"):
                found.setdefault(f"${{{{inputs.{name}}}}}", []).append(default)
    return found


def _compact(text: str) -> str:
    """The text with expressions that are one word of a command; those of the environment are variables of the shell."""

    def word(match: re.Match[str]) -> str:
        inner = "".join(match[1].split())
        name = re.fullmatch(r"env\.([A-Za-z_]\w*)", inner)
        return f"${{{name[1]}}}" if name else f"${{{{{inner}}}}}"

    return _EXPRESSION.sub(word, text)


def _plain(image: str) -> str:
    return image.removeprefix("docker://")
